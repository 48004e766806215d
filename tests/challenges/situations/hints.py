"""The hints of what checkers of several challenges share, each from a question to nearly the answer."""

NAME_OF_THE_MODEL = (
    "Where does the name of the model come from in your call of create?",
    "from common import MODEL, and model=MODEL, without quotation marks.",
)

NO_MESSAGE = (
    "What did you put into the list: a dict with a role and a content, whose content is a text?",
    "The text of a reply is answer.choices[0].message.content. Who said it has the role assistant.",
)

MODEL_OF_A_QUESTION = (
    "Where does the name of the model come from, in each of your calls? from common import MODEL, and model=MODEL.",
    "What does summarize take for a model when it is not told one? Its last arguments have names: model=MODEL.",
)

MODEL_OF_A_SUMMARY = (MODEL_OF_A_QUESTION[1], MODEL_OF_A_QUESTION[0])

MESSAGE_OBJECT = (
    "What of the model's answer has to be kept, and what else is in the message object that it came in?",
    'Keep {"role": "assistant", "content": …} with the text of the reply, and nothing else.',
)

NO_LIST = "Does every way through your function end in a return, and of a list?"

QUESTION_CHANGED = "Which of your lines changes the text of the question, as strip, split and join, or replace do?"

NOT_ASKED = "What is the last message of the request, and what should it be?"

NOT_THE_MODELS_SUMMARY = (
    "Where does the text come from that stands for the old turns? What becomes of the model's reply?"
)

UNREAD = (
    "Which messages are no longer sent after this turn? And which ones did the summariser read, with all that was said in them?",
    "What the summariser reads and what stays have to make up the whole: turns[:n] and turns[n:], with the same n. A turn is a "
    "question with its reply.",
)
