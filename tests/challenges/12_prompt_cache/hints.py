"""The hints of challenge 12: START for somebody who has not begun, the others for a criterion that is not met yet."""

START = (
    "Which part of the last request can be sent again exactly as it was? What has to be in your state so that you find it again?",
    "As long as all fits: the same beginning, and behind it what has come. Which message is different each time, and where does "
    "it stand so that nothing comes behind it?",
    "When it does not fit: trim_to_budget with cut_to drops more than it must. The state can be the place in the history where "
    "the request begins.",
)

# What comes back
TWO_THINGS = (
    "What stands behind return? Two things with a comma between: return request, state.",
    "Does every way through your function end in such a return?",
)
A_LIST_OF_MESSAGES = (
    "Do you put a whole turn, which is a list, where its messages should be? What does + do, and what append?"
)
NO_REASON = (
    "What has to be sent in any case, and what may be dropped until that fits?",
    "trim_to_budget takes a budget: what is left of max_tokens when the note is paid for?",
)

# What is sent
SYSTEM_FIRST = (
    "What becomes of the very first message when a part of the history is cut off?",
    "history[0] is sent each time, as it is, and before everything else.",
)
RULES_CHANGED = (
    "What did you put into the system message? From that place on, every request is another one.",
    "Leave history[0] as it is. The note is a message of its own.",
)
QUESTION_LAST = (
    "Which message is the whole request about? Is it there, as it is, and behind it no older one?",
    "history[-1] is sent each time. Only notes may stand behind it.",
)
QUESTION_INSIDE = (
    "What have you put before or behind the question, into its text? Is it still the message that the user wrote?",
    "The note is a message of its own, before the question or behind it.",
)
ANOTHER_NOTE = ("Do you change the note, or write one of your own? It is sent as it is given to you.",)
NOTE_IS_THERE = (
    "How often is the note of now in the request? And where it is left out: what dropped it?",
    "The second argument goes into each request, once.",
)
AN_OLDER_NOTE = (
    "A note of an earlier turn is in the request. What does the model believe now what time it is?",
    "An older note may stay, but the one of now has to come: the second argument.",
)
NOT_ALL_COUNTED = (
    "What is in the request that is not in your sum? The note, the system message, the 3 that prime the reply?",
    "count_tokens(request) is what the server counts: compare that with max_tokens, with all that is in it.",
)
WHOLE_TURNS = (
    "Where do you cut: between messages, or between turns? With whose message does a turn begin?",
    "Drop whole turns: from one user message to the next. split_turns and trim_to_budget cut so.",
)
BETWEEN_CALL_AND_RESULT = (
    "A call and its results follow each other directly. What have you put between them?",
    "A note may stand before a question, or at the end.",
)
LEFT_OUT = (
    "Is what you send, notes left out, the end of the history, without a gap and without a change?",
    "Take messages as they are, from one place in the history to its end.",
)
TOO_LARGE = (
    "System message, question and note do not fit. What did you return all the same: without which of the three?",
    "trim_to_budget drops what follows a question before it gives up: trim without the note, to what the note leaves.",
)

# How much is dropped
TOO_EARLY = (
    "What do you compare with max_tokens before you drop something: all that was ever said, or the last request and what has "
    "come since?",
    "You are given the whole history each time: remember in your state where your last request began, and begin there again.",
    "Drop only when that does not fit: compare it with max_tokens, and use your lower mark for how far to cut, not for when.",
)
TOO_DEEP = (
    "How much of the budget is left empty after your cut? What could still have been sent?",
    "Cut down to about a half: the more turns stay, the more the model knows; the fewer, the longer it is until the next cut.",
)

# State
CHANGED_IN_PLACE = (
    "Which of your lines changes a list or a message that is not yours: append, insert, pop, del, +=, or message[…] = …?",
    "Build new lists: [*history[:1], *…, note].",
)
OF_TWO_TALKS = (
    "Where do you keep what you know of a conversation? Would another conversation change that?",
    "No global, no default list, no attribute of the function: all of it into the state that you return.",
)
STATE_CHANGED = (
    "What have you changed in the state that was handed in? If the call fails, the same question comes again with it.",
    "Make a new state in each call, and leave the old one as it is: a number, a tuple, a new list.",
)
HISTORY_GROWS = (
    "Is the history itself in your state, or a part of it? What becomes of that when your caller appends to it?",
    "A copy stays as it is: list(history), [*history]. Or keep only a number in the state.",
)
ASKED_AGAIN = (
    "The call had failed, and the same question came again, with the same state. What had the first call changed in that state?",
    "Make a new state in each call, and leave the old one as it is: a number, a tuple, a new list.",
)
WITHOUT_A_STATE = (
    "Is state None only at the first question? What does your function do with a long history and no state?",
    "Without a state, all of the history is what would be sent: if it does not fit, cut it.",
)

# The cache
NOTE_BEFORE_THE_TALK = (
    "The two requests differ right behind the system message. What stands there, and how often does it change?",
    "What is different each time belongs to the end, behind all that stays.",
)
NOTE_NOT_KEPT = (
    "Where in the last request did the old note stand, and what stands in its place now?",
    "The cache was written up to the end of the question. Which beginning is that, if the note stood before it?",
    "Either nothing comes behind the note, not even the question. Or it stays where it was sent.",
)
WINDOW_MOVES = (
    "With which turn does each of the two requests begin? How often does your window move?",
    "If you cut, then so far that many turns fit before the next cut; and until then begin where the last request began.",
    "Where do you begin in the next turn: at the place that your state tells, or at the beginning of the history again?",
)
SOMETHING_CHANGES = (
    "Lay the two requests side by side. Which is the first message that is not the same in both, and why?"
)
CUT_MORE_SELDOM = (
    "It is read, but it is written too often. After one of your cuts, how many turns is it until the next?",
    "Cut deeper: down to about half of max_tokens.",
)
