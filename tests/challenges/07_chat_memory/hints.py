"""The hints of challenge 07: START for somebody who has not begun, the others for a criterion that is not met yet."""

START = (
    "Begin with SafeChat of lesson 07: the messages, and ask, which keeps question and reply together once the reply is there.",
    "Then, at the beginning of ask: would the messages and the question take more than max_tokens? Only then is something to do.",
    "What has to be summarised is all but the last keep_recent turns. Work with new lists, and assign to self in the last lines.",
)

FINISHED_CLASS = (
    "Which lines of the class are yours? It is the class that you are to write here; functions of chat_memory may help you.",
    "summarize, count_tokens, split_turns and trim_to_budget are there for it. From lesson 08 on, ChatMemory is yours to use.",
)

MESSAGES_IS_A_METHOD = "Is the line @property still above def messages?"

CHANGED_BY_A_FAILURE = (
    "What had ask changed when the call failed? Follow `messages` line by line, up to the line that calls the model.",
    "Build the request as a new list beside `messages`, and keep question and reply together, once the reply is there.",
)

ASSIGNED_TOO_EARLY = (
    "The summary was there, and then the question failed. When do summary and turns of the memory change?",
    "Assign to self in the last lines of ask, when nothing can fail any more.",
)

LOST_BY_A_FAILURE = (
    "When the summary fails or is cut off, where are the turns that it should have stood for?",
    "Turns leave the memory only when the whole summary that replaces them is there, and the reply too.",
)

SWALLOWED_ERROR = "Who has to learn of an error, and what happens to one that you catch?"

NOT_THE_REPLY = "What does the last line of ask return?"

QUESTION_AND_REPLY = "Which two messages does a turn add to what is remembered, and when?"

LONG_TURNS = (
    "What if the last keep_recent turns alone do not fit?",
    "Does something get cut away in the end, behind your back? trim_to_budget drops the oldest first: the summary.",
    "Let the oldest of them go into the summary too, until system message, summary, turns and question fit.",
)

SUMMARY_TOO_EARLY = "When is a summary needed? Compare tokens with max_tokens."

ALL_IS_SENT = "What goes out with the question, and what does `messages` hold?"

FORGOTTEN = (
    "When the next question does not fit: are the old turns dropped, or summarised? And what becomes of the summary before?",
    "summarize takes the summary so far as its third argument.",
    "Is the summary sent in every request, and does `messages` hold it?",
)

SHARED_BY_TWO = (
    "Where is your list made, and your summary: once, in the class or as a default value, or for each "
    "memory in __init__?"
)

SYSTEM_MESSAGE_FIRST = "What becomes of the system message when old turns go? And as what is the summary sent?"

RULES_GROWN = (
    "Whose words are in the system message now, and what does the model take them for?",
    "Leave the system message as it is. In lesson 06 the summary is a turn of its own.",
)

SEPARATED = "Which messages have got separated: a question from its reply, or a request for a recap from the recap?"

REPLY_WITHOUT_ITS_QUESTION = (
    "Are messages dropped one by one, or turns, a question with its reply?",
    "In lesson 06 the summary is a turn of its own: the user asks for a recap, and the assistant gives it.",
)

ROLES_OF_THE_SUMMARY = (
    "As what is the summary sent, and what stands before it?",
    REPLY_WITHOUT_ITS_QUESTION[1],
)

LARGE_REQUEST_FOR_A_SUMMARY = (
    "How large may the request for a summary get, and what sees to that?",
    "summarize holds to max_prompt_tokens: it then reads the old turns portion by portion.",
)

TO_THE_TOKEN = (
    "What is it that you compare with max_tokens, and how far is it from what the server counts?",
    "The summary stands in the request as well, with the question that asks for it. Count the whole list that you send.",
    "If a question leaves no room for the summary: raise ValueError, or leave the summary out of this one request.",
)

WORDS_OF_THE_SUMMARY = (
    "How does your code find out which of the messages are the summary? By words? A user says those, too.",
    "Keep the summary in an attribute of its own, beside the turns: then nobody has to look for it.",
)

NOT_ALL_COUNTED = (
    "Do you count all that is sent, the summary and the new question too, and before it is sent?",
    "count_tokens([*…, question]) must be at most max_tokens. And whatever the summary may take has to fit as well.",
)

UP_TO_THE_BUDGET = (
    "May a request have exactly max_tokens tokens? Compare with <= or <, and look which one it is.",
    "Do you keep room for something, such as the reply? What the task limits is what you send.",
    "count_tokens([*messages, question]) is what the server counts, priming included.",
)

LAST_TURNS = (
    "What goes into the summary: only old turns, or the last ones too?",
    "The last keep_recent turns stay, as long as they are not too long.",
)

SUMMARY_TOO_OFTEN = (
    "When is something summarised, and how much room is there afterwards? For how many turns?",
    "Only when the question does not fit; and then all turns but the last keep_recent, not just the oldest one.",
)

TURNS_KEPT = (
    "How many turns are left when something was summarised? Count them: in turns, not in messages.",
    "turns[-keep_recent:] are the last keep_recent ones, if keep_recent is not 0.",
)

NO_TURN_KEPT = (
    "What are turns[-0:] and turns[:-0]? Try both with a list.",
    "-0 is 0: turns[-0:] is the whole list, and turns[:-0] is empty. "
    "Count from the front: old, recent = turns[:n], turns[n:] with n = len(turns) - keep_recent.",
)

LONG_SUMMARY = (
    "How long can a summary get, and what in your code, not in your prompt, sees to that?",
    "summarize cuts what is longer than max_tokens. So does the function cap of lesson 06.",
)

WHAT_MESSAGES_HOLDS = (
    "What do you keep in the end: what was sent, with the reply? Or something that was larger or smaller than that?",
    "If turns are left out of the request, they have to be in the summary, and out of `messages`.",
)

HALF_A_REPLY = (
    "How can you tell a whole reply from half of one, and what becomes of a turn that has none?",
    'Look at choices[0].finish_reason: only "stop" is a whole reply. Raise an error otherwise, and change nothing.',
)

QUESTION_TOO_LONG = (
    "What is left to leave out when the question alone is too long?",
    "trim_to_budget raises BudgetError, which is a ValueError. Or compare, and raise ValueError yourself.",
)

FITS_NEVERTHELESS = TO_THE_TOKEN[::-1]
