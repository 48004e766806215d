"""All hints of challenge 05, from a question to nearly the answer. START: for somebody who has not begun."""

from ..situations import hints_on_histories

START = (
    "Which two messages are always sent? What do they cost, with the 3 that prime the reply and the room for it?",
    "Cut the rest into turns, as in lesson 04. Which turn is the first to be let in, and when do you stop?",
    "One pass from the end: add what a turn costs to what is used so far, and stop at the first that does not fit.",
)

# What comes back
FINISHED = (
    "chat_memory trims for you. With which turn does one begin to fill a budget, and when is it full?",
    "split_turns of chat_memory, a loop from the end and a running sum are all that you need.",
)
NO_RETURN = "Does every way through your function end in a return?"
MAKE_A_LIST = "Make a list of it."
ADDED_AGAIN = "Which of your lines adds messages again that are there already?"
A_TURN_AS_A_LIST = (
    "Do you put a whole turn, which is a list, where its messages should be? What does + do, and what append?"
)
BUILT_ANEW = "Do you build messages anew, or keep some from another call? Take them as they are."
NO_REASON = (
    "When exactly is it impossible? Which messages must fit, and which may be dropped until the rest does?",
    "Older turns that do not fit are no reason for an error.",
)
NO_REASON_EXACTLY = ("They fit exactly. With what do you compare, and is something counted twice?", *NO_REASON[1:])

# What is always sent
KEPT_APART = (
    "What becomes of the very first message when you go from the end, or drop from the front?",
    "Keep history[0] apart: it is paid for first, and stands first in what you return.",
)
NEVER_DROPPED = (
    "Which message is the whole request about? What should be let in before anything else, and never be dropped?",
    "The newest turn is the question alone: it has no answer yet.",
)

# The function that is handed in
NOT_ASKED = (
    "The third argument is a function. Where do the numbers in your code come from, if not from it?",
    "Call it with one message: it returns what this message costs.",
)
NOT_ASKED_AGAIN = (
    "In an earlier call it was asked. What does your code keep from one call to the next?",
    *NOT_ASKED[1:],
)
COST_OF_ZERO = "What does your code do with a cost of 0? For `if cost` and for `cost or …`, 0 is as good as nothing."
MIXED_UP = (
    "Some of these messages have the same content, or none, and cost differently: they differ in role, or in calls. By what "
    "does your code remember what a message costs?",
    "Each message has to be asked about once only: a running sum needs no memory of costs.",
)
NEVER_ASKED_ABOUT = (
    "Is what this message costs in your sum, or is the cost of another one there in its place?",
    "Ask message_tokens about each message that you let in, once, and add what it says.",
)
COUNTED_AGAIN = (
    "What did you know already when you counted a message for the second time? Keep a running sum.",
    "One pass: what is let in is added to the sum, and what is older than the first misfit need not be counted.",
)
EQUAL_MESSAGES = hints_on_histories.EQUAL_MESSAGES
UNUSUAL = hints_on_histories.UNUSUAL
AS_THEY_ARE = "Hand each message to message_tokens as it is, and put it as it is into what you return."

# The budget
ADD_FIRST = (
    "Is the whole of a turn in your sum before you decide that it fits, and the system message too?",
    "Add first, then compare, then take the turn in.",
)
PRIMING = (
    "What does a request cost beside its messages, and with what do you compare your sum?",
    "Let your sum begin with what is always paid for.",
)
TO_THE_TOKEN = (
    "Is all that is paid for in your sum: the system message, the turns, and the 3?",
    "Compare the sum with max_tokens: used > max_tokens is too much, and nothing is added on either side.",
)
TOO_FEW_TO_THE_TOKEN = (
    "Here it fits exactly, or nearly so. Do you refuse a request of exactly max_tokens, or count something more "
    "than once?",
    *TO_THE_TOKEN[1:],
)
AS_MANY_AS_FIT = (
    "When do you stop? Is one turn more than you returned still within max_tokens?",
    "The 3 that prime the reply are counted once, and nothing else is kept back.",
)

# Turns
WHOLE_TURNS = (
    "Do you let in, or drop, single messages? Where does a turn begin, and where does it end?",
    "Decide about a turn as a whole: it fits with all its messages, or not at all.",
)
LEFT_OUT = (
    "A turn does not fit. May an older, shorter one still be sent? What would stand between it and the newer ones?",
    "At the first turn that does not fit, stop.",
)
ANOTHER_ORDER = ("You go from the end. In which order do the turns come to stand in what you return?", *LEFT_OUT[1:])
CHANGED_IN_PLACE = (
    "Which of your lines changes a list in place: pop, remove, del, append, insert, reverse, clear?",
    "A second name is not a second list: messages = history. list(history) makes one.",
)

# Room for the reply
LOOK_ABOVE = "Look first at the criteria above."
ROOM = (
    "The caller wants room for the reply, and says how much: reply_tokens. What does your function do with it?",
    "What is always paid for: the system message, the 3, and the room for the reply.",
)
ROOM_ONCE = "How often is reply_tokens in your sum? It is kept free once for the whole request."

# Where it is impossible
RAISED_BY_ITSELF = (
    "Did you raise this error, or did a line fail that found nothing where it looked for a message?",
    "Compare before you build the request, and raise ValueError(…) yourself.",
)
NUMBERS = (
    "Which two numbers would you want to read? Do they count what always has to be sent, and the 3 too?",
    "What is needed: system message, newest question, 3, and reply_tokens. Write it with an f-string.",
)
NUMBERS_WITH_ROOM = (
    "Whoever reads it has set max_tokens and reply_tokens. Is the room for the reply in the number that is needed, "
    "and is the other number the max_tokens that was set?",
    *NUMBERS[1:],
)
QUESTION_DROPPED = (
    "When nothing is left to drop, what remains? Which message must your code never drop, not even now?",
    "Add up what must be sent before everything else. If that is too much, raise ValueError with both numbers.",
)
QUESTION_TOO_LONG = (
    "The question is always sent. But have you looked whether it fits at all?",
    *QUESTION_DROPPED[1:],
)
NO_ROOM_BESIDE_IT = ("The question fits, but does the reply still have its room beside it?", *QUESTION_DROPPED[1:])

# Long talks
FOR_SHORT_TALKS_ONLY = "Is there a number in your code that is right for short talks only?"
REFUSED = "Is what you returned within max_tokens, 120, and is it what the server takes?"
RECENT_CONTEXT = "Is the turn before the question in what you returned, and if not, did it not fit?"
