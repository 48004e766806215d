"""The hints of challenge 14: START for somebody who has not begun, the others for a criterion that is not met yet."""

START = (
    "Begin with a memory that sends the system message and the newest message alone. Which criteria does it meet already?",
    "Which parts of a request are there for this message alone, and which are there for all? Whatever is sent has to earn its "
    "tokens. Who decides in your program what stands for the old turns, and when: once, now and then, or for each question?",
    "What is the largest part of the bill: the system message, the turns, what stands for the old ones, or your own requests? "
    "Count each over the whole talk.",
)

# It answers
NOT_ASKED = (
    "What is the last message of your request, and what should it be?",
    'Whatever you send along stands before it: [system, *…, {"role": "user", "content": text}].',
)
CHANGED = (
    "What have you put behind the message, or taken out of it? The request ends with the text as it was handed in.",
)
NOT_THE_REPLY = (
    "What does the last line of ask return?",
    "The text of a reply is answer.choices[0].message.content.",
)
NO_SYSTEM_MESSAGE = (
    "What is the first message of your request, in each of your calls that ask what the user asks?",
    'It is {"role": "system", "content": system}, with every request: no model keeps it for you.',
)
MODEL_BY_NAME = (
    "Where does the name of the model come from, in each of your calls? from common import MODEL, and model=MODEL.",
    "What do ChatMemory and summarize take for a model when they are not told one?",
)

# The budget
OVER = (
    "Which of your lines compares what is sent with max_tokens, and is all of it counted: rules, notes, turns, the message?",
    "count_tokens(request) is what the server counts. A number of messages, of words or of letters is not.",
)
OWN_OVER = (
    "How long can your own request get, with all that it has to read?",
    "Let it read a few turns at a time, or do not wait so long with it.",
)

# What is known
NOTHING_STANDS_FOR_IT = (
    "The turn in which it was said is no longer sent. What stands for it in the request?",
    "A window forgets all that has left it. Let something stay: a summary, notes, or the turn itself, found by its words.",
)
ASK_TO_KEEP = (
    "You ask the model for a summary or notes. What does your request tell it to keep? It keeps that and nothing else.",
    "Name it: names, numbers, dates, places, decisions, what the assistant has said, what is not so.",
)
NOT_FOUND = (
    "What you looked for was not found, or was not sent. Which words does the question share with what you keep?",
    "Words that stand everywhere (the, our, for) find everything. How does a word count that stands in few turns only?",
)
VALUE_WITHOUT_THING = (
    "The value is in your request, and nothing near it says of what. What do you keep of a sentence?",
    "Keep whole sentences, which can be understood alone.",
)
OLD_VALUE = (
    "Both values may have been kept. Which of the two stands nearer to the end of your request?",
    "The model takes the later of two for what holds now. In which order do you send what you have found or noted?",
)
CORRECTION_LOST = (
    "The first value is still there, and the correction is not. Which of your steps keeps what came first, and leaves out what "
    "came later?",
    "Does your request for notes say what becomes of what has changed? Does a search look for the newest of two?",
)
DENIAL_LOST = (
    "What is left of a sentence with no, not, never or nobody in what you keep? One small word turns it around.",
    "Keep the sentence as it was said, and tell the model to keep what is not so.",
)
ONLY_THE_USER = (
    "Whose words do you keep: the user's alone?",
    "The assistant has promised, chosen and suggested things as well. Keep a turn as a whole, and tell the model so.",
)
RESULT_LOST = (
    "The result came in lines. What becomes of a long message, or one with many lines, in what you keep?",
    "A value that stands in a line of its own needs the beginning with it: of what it was looked up.",
)
MADE_UP = (
    "Who has written this reply: the model, or your own code? What does your search find where nothing was said?",
    "Let the model answer, from what you send along. It says so where nothing of it is about the question.",
)
SHARED = (
    "Where are your lists made: once in the class, in the module or as a default value, or for each memory in __init__?",
)

# The point
COST_OF_OWN_REQUESTS = (
    "How many requests of your own are there, and what does each read and write? A token out costs as much as five in.",
    "Notes need not be taken in each turn: how many turns can wait, and what of the budget is free for them until then?",
)
COST_OF_WHAT_IS_SENT = (
    "How many tokens does a request of yours have on average, and which part of it was needed for the reply?",
    "The budget is what you may send, not what you have to. How many turns have to be there word for word?",
    "Fold earlier than you must, or send only what shares words with the message.",
)
RECALL = (
    "Each kind is known for the most part, but not enough of all. Which are the questions that were missed, and why these?",
    *NOTHING_STANDS_FOR_IT,
)
