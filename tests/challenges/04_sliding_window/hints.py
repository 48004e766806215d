"""All hints of challenge 04, from a question to nearly the answer. START: for somebody who has not begun."""

from ..situations import hints_on_histories

START = (
    "Which message begins a turn? Go through the history and start a new list there.",
    "Take the system message out first, cut the rest into turns, keep the last keep_turns of them, and put all together.",
)

# What comes back
FINISHED = (
    "chat_memory cuts the turns for you. By what would you see, in a list of messages, where one begins?",
    "A loop over the messages and a list of lists are all that you need.",
)
NO_RETURN = "Does every way through your function end in a return?"
NO_LIST = "How do you make a list of it?"
ADDED_AGAIN = "Which of your lines adds messages again that are there already?"
MIXED_LIST = (  # of turns, or of other things
    "You have a list of {}, and want one of messages. "
    "What is the difference between append and extend, and what does + do?"
)
KEPT_FROM_A_CALL = "It stood in the history of an earlier call. What does your code keep from one call to the next?"
BUILT_ANEW = "Do you build messages anew? Take them as they are."

# The system message, and the caller's list
KEPT_APART = (
    "What happens to the very first message when only the last ones are kept?",
    "Keep history[0] apart, and put it back at the end.",
)
AMONG_THE_LAST = "When the conversation is short, what is among the last messages, too?"
PUT_TOGETHER = "In which order do you put the parts together?"
CHANGED_IN_PLACE = (
    "Which of your lines changes a list in place (pop, del, append, insert …), or a key of a message?",
    "Build a new list, with [ … ] or slices.",
)

# Turns
A_TURN = "Where does a turn begin, and where does it end? Count those, not messages."
ORPHANS = (
    A_TURN,
    "keep_turns=2 of a finished conversation are four messages here, but three when a question has no answer yet.",
)
CALLS = (A_TURN, "A turn is a user message and everything until the next user message, whatever stands between.")
NEWEST_TURN = "At which end of the history is the newest turn? A question that has no answer yet is a turn too."
TOO_MANY_TURNS = "How do you count turns? A question that has no answer yet is one too: the newest."
TOO_FEW_TURNS = "How many turns are there, and how many of them do you take? With fewer than keep_turns, all stay."
ANOTHER_ORDER = "Where does the order change?"
EQUAL_MESSAGES = hints_on_histories.EQUAL_MESSAGES
UNUSUAL = {  # what is seldom in a history, and the question for it
    **hints_on_histories.UNUSUAL,
    "many turns": "Which number of turns do you take? Is there a number in your code that is right for small ones only?",
}

# A greeting
A_TURN_OF_ITS_OWN = (
    "What is the greeting for your code: a turn of its own, or something that belongs with the system message?",
    "Where do your turns begin? At each user message, and where else?",
)
BEFORE_THE_FIRST_QUESTION = (
    "What becomes of a message after the system message that stands before the first question, the greeting?",
    "Where do your turns begin? At each user message, and where else?",
)
NO_TURN_YET = (
    "The greeting stands before the first question. To which turn does your code add it, when there is none yet?",
    "A user message begins a turn. So does the first message after the system message, whoever says it.",
)
ONE_TURN = "Is the greeting counted as one turn, beside those that begin with a user message?"
TAKEN_OUT = "What does your code do with the greeting: does it take it out of the history itself, with pop or del?"

# Long talks
FOR_SHORT_TALKS_ONLY = (
    "Is there a number in your code that is right for short talks only? Or something kept from another call?"
)
RECENT_CONTEXT = "Is the turn before the question in what was sent?"
TURNS_IN_THE_REQUEST = "How many turns are in the request shown above, and how many should there be?"
