"""The hints of challenge 01: START for somebody who has not begun, the others for a criterion that is not met yet."""

START = (
    "A call is client.chat.completions.create(model=MODEL, messages=[…]). Which messages does the first call send, and which "
    "the second?",
    "Write ask_without_history first: two calls, each with a list of one message. Of the second answer return "
    "choices[0].message.content.",
)

NO_CALL = "Where do you call client.chat.completions.create, and is it the client among your arguments?"

NUMBER_OF_CALLS = ("Which call tells, and which one asks? Count the create(…) that are run.",)

FIRST_CALL = "What does the first call send, word for word?"

ONE_LIST = "Where is your list made: once for the whole program, or anew whenever the function is called?"

TOLD_AND_ASKED_AT_ONCE = "What is said first, and what is asked later? Each call has a list of messages of its own."

SECOND_CALL = "What does the second call send, word for word?"

RESENT = (
    "Which list does the second call send, and what is still in it from before?",
    "Give each of the two calls a new list, with one message in it.",
)

ROLE_OF_THE_QUESTION = "Who asks the question: the user, or the assistant?"

MORE_THAN_THE_QUESTION = (
    "What is the content of your message: the question as it came in, or a text that you have made of it?"
)

MESSAGE_BESIDE_THE_QUESTION = (
    "How many messages are in the list of your second call, and which of them does the task not ask for?"
)

NO_RETURN = "Does your function end in a return?"

TEXT_OF_THE_ANSWER = (
    "Where in the answer is the text? The lesson reads it in its first call.",
    "choices[0].message.content",
)

WHICH_ANSWER = "Which of the two answers do you return?"

NOT_THE_MODELS_WORDS = "Where does the text that you return come from: from the second answer, or from somewhere else?"

FACT_LEFT_OUT = "The model answers only from the messages in the request. Which of them tells it the fact?"

ONE_MESSAGE_FOR_BOTH = "How many messages were said until now, and by whom? Each of them is a dict of its own."

OTHER_WORDS = "Compare what the two calls send for the fact. Where do the two texts come from?"

REPLY_LEFT_OUT = (
    "Who spoke between the fact and the question?",
    "Keep the text of the first reply: it is a message too.",
)

REPLY_MADE_UP = (
    "Where does the text of that message come from: from the first answer, or from you?",
    "The model words its replies anew each time: read the text from the first answer.",
)

ROLE_OF_THE_REPLY = "The role says who speaks. Who said these words?"

ORDER = "What was said first, second and third, and by whom?"

ANSWER_GIVEN_AWAY = (
    "What is in the messages that you send beside the fact and its reply: the question as it came in, or more?"
)

FACT_IN_THE_REPLY = "Look at what the second call sent. Is the fact in it, and should it be?"

AS_IT_IS = "What is done to a text before it is sent: is it cut, stripped, put into quotation marks, or written in other letters?"
