"""The hints of challenge 02: START for somebody who has not begun, the others for a criterion that is not met yet."""

START = (
    "Three steps for each turn: append the user's message, send all, append the reply. What is in the list before the loop?",
    "Begin run_chat with a list that holds the system message, and go through user_turns with a for loop.",
)

NO_REQUEST = "Where do you call client.chat.completions.create, and is it the client among your arguments?"

REQUESTS_PER_TURN = (
    "What happens once for each turn, and what once for the whole conversation?",
    "Look at the indentation: which lines belong into the loop, and which one comes after it?",
)

ONE_LIST = (
    "Where is your list made: once for the whole program, or anew whenever the function is called?",
    "A list at the left margin of the file, or as a default in the def line, is made once and never again.",
)

SHARED_LIST = "Do both conversations use one and the same list? Where is it made?"

NO_SYSTEM_MESSAGE = (
    "What is in your list before the first user's message, and with which role? Does every request hold it?"
)

SYSTEM_MESSAGE_TWICE = "Is the line that adds the system message before your loop, or in it?"

SYSTEM_MESSAGE_FIRST = "What is the first message of your list, what is its role, and what its content?"

NEWEST_LAST = "In which order do you append the user's message and send the list? What is its role?"

USER_FORGOTTEN = (
    "Which of the messages said so far does this request hold?",
    "Send the whole list each time, not the newest message alone.",
)

NO_REPLIES = (
    "Your list grows by what the user says. Who else has said something?",
    "A turn has two halves. What do you do with the reply before the next turn begins?",
)

REPLIES_CHANGED = (
    "What exactly do you append after each answer: its text, every time?",
    "The text of a reply is answer.choices[0].message.content.",
)

ROLE_OF_THE_REPLY = "The role says who speaks. Who said the reply?"

ORDER = "Go through one turn by hand: which message comes into the list first, which next, and where?"

ONLY_THE_TEXT = (
    "What do you append: the message object of the answer, or a dict of your own with a role and a content?",
    "Make a dict with the role assistant and answer.choices[0].message.content.",
)

NO_RETURN = "Does your function end in a return, and what does it return there?"

NO_MESSAGE = "Is each entry of your list a dict with a role and a content, the user's and the model's?"

LAST_REPLY = "When is a reply appended: as soon as it is there, or only when the next turn begins?"

NOT_THE_HISTORY = "Compare the two lists shown above. Which of the messages that you sent is not in what you return?"

TURNS_CHANGED = "Which of your lines changes user_turns: pop, remove, append, clear?"

REPLY_RESENT = "Which line of run_chat puts the reply into the list? What happens to the reply here instead?"

USERS_WORDS_ONLY = "Go through one turn by hand: which message comes into the list, and how often?"

REPLIES_COLLECTED = (
    "The replies are not sent, but they are returned. Where do you collect them?",
    "Keep two lists: one with the messages to send, one with the texts of the replies.",
)

SHORT_ONES_ONLY = "Is there a number in your code, or a slice, that is right for short conversations only?"

AS_IT_IS = (
    "What is done to a text before it is sent or kept: is it cut, stripped, left out if empty, taken for a command?"
)

NUMBER_AND_WORD = "Does your function return two values, a number first and a text in quotation marks after it?"

COUNTED_FROM_ONE = "TRIP[0] is message 1."

WHICH_ONE_BREAKS = (
    "Hold TRIP with both of your functions and read the replies side by side. Which one is different?",
    "What does each message rest on, and who said that: the user, whose messages are still sent, or the model?",
)

ONE_WORD = "Which single word would you have to give the model, so that it can answer again?"

SAID_BY_THE_USER = "Read the question once more: what does it point at, and who was it that gave this a name?"

NOT_SAID_BY_THE_MODEL = "Hold TRIP with run_chat and read what the model replied before the question."

LOST_WORD = (
    "What does the model ask back when the replies are missing?",
    "Hold TRIP with run_chat and read the second reply: which of its words answers that?",
)
