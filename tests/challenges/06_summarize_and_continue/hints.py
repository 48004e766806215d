"""The hints of challenge 06: START for somebody who has not begun, the others for a criterion that is not met yet."""

START = (
    "Begin without any summary: make the question a message, send history and question, return both and the reply in a new list.",
    "Then, before that: when there are more than 8 messages, which of them are the last 2 turns, and which are old?",
    "Lesson 06 has the parts: summarize (or a prompt of your own), and the note as a turn of its own in the request. In the "
    "history it can be anything that you know again, such as a dict with a role of its own, or with a key of its own.",
)

OWN_KEYS = (
    "What do you send that is no message? See what is in the history, and build the request from it.",
    "A message is a dict with a role (system, user, assistant) and a content. What else you keep in the history stays there.",
)

CHANGED_BY_A_FAILURE = "What had you taken out of the list, or put into it, when the call failed?"

NO_LIST = "Does every way through your function end in a return, and of a list?"

NO_JSON = "Which value in it is no dict, list, text, number, True or None?"

QUESTION_AND_REPLY = "Which two messages does a turn add to the history, and in which order?"

TOO_EARLY = "From how many messages on is there something to summarise?"

ALL_IS_SENT = "Which messages go out with the question while there are few of them?"

IN_PLACE = (
    "Which of your lines changes a list, or a message in it, in place?",
    'append, pop, del, += and history[0]["content"] = … do. Build a new list, with [*…, …] and slices.',
)

RULES_LOST = ("Is the system message among the old messages that you summarise?", "Keep history[0] apart.")

RULES_GROWN = (
    "Whose words are in the system message now, and what does the model take them for?",
    "Leave history[0] as it is. In lesson 06 the note is a turn of its own.",
)

SECOND_SYSTEM_MESSAGE = "Which role may words have that came from the user, so that every server takes them?"

EQUAL_MESSAGES = (
    "Some of these messages are equal. By what does your code find a message again: with index, in, remove or ==?",
    "Go by their place: history[:n] and history[n:], and not by what they say.",
)

ROLES_OF_THE_NOTE = (
    "As what is the note sent, and which roles have the messages before and behind it?",
    "In lesson 06 the note is a turn of its own: the user asks for a recap, and the assistant gives it.",
)

LAST_TURNS = (
    "What goes into the summary: only old turns, or the last ones too? How many messages are 2 turns?",
    "The last 2 turns are the last 4 messages. Summarise what stands before them.",
)

NOT_SHORTENED = (
    "What comes back when there were more than 8 messages: still the old turns, or a note in their place?",
    "The system message, one note, the last 2 turns, the question and its reply.",
)

MORE_THAN_EIGHT = (
    "What do you count when you ask whether there are more than 8 messages? And are 8 more than 8?",
    "The system message and the note are always there, and the new question is not there yet: count the messages between.",
    "With 8 messages nothing is summarised, with 10 all but the last 4.",
)

TOO_MUCH_LEFT = "Which messages does the note stand for, and which stay? 2 turns are 4 messages."

KEPT_ELSEWHERE = (
    "What goes from call to call, and whose is it?",
    "Look for what outlives a call: a global, a default value that is a list or a dict, an attribute of a class, a file.",
    "There may be many conversations, and tomorrow another program. The history that you return is all that comes back to you.",
)

NO_SUMMARY = "What stands in the place of the turns that are gone, and who wrote it?"

KEPT_BY_THE_NOTE = (
    "Does the note hold it? If not, does your prompt say what has to survive? And if it does: is the note sent?",
    'A prompt such as "Summarize." leaves it to the model. Name what to keep, as in KEEP of lesson 06.',
    "Print the note, and look for the name and the number.",
)

NOTE_AFTER_NOTE = (
    "When the next note is written, what becomes of the note that was there before?",
    "The note that is there has to be read by the model when it writes the next one, with the old turns. "
    '(Put "Summary so far:" before it, or send it as the first of the messages: the offline model reads it then.)',
)

LONG_NOTE = (
    "How long can the note get, and what in your code, not in your prompt, sees to that?",
    "summarize(…, max_tokens=…) cuts what is too long. So does the function cap of lesson 06.",
    "And does each note replace the one before, or is it put behind it?",
)

HALF_A_SUMMARY = (
    "How does your code know that a summary is whole? What became of the facts that it had not written yet?",
    'A reply whose finish_reason is "length" was cut off: do not use it. (summarize raises IncompleteReply then.)',
)

LOST_BY_A_FAILURE = (
    "When the summary fails, where are the turns that it should have stood for?",
    "Summarise first, and leave turns out only when the summary is there. Or let the error out: your caller asks again.",
)

NOT_SENT = (
    "There is no summary of the old turns now. What of them do you send with this question?",
    "Where the summary fails, build this one request of all that is in the history; or let the error out, and nothing is asked.",
)

WORDS_OF_THE_NOTE = (
    "How does your code find out whether there is a note in the history, and which part of it? By words? A user says those, too.",
    "Know it by what nobody can say: in the history, the note can have a role of its own, or a key of its own, which you leave "
    "out of the requests.",
)
