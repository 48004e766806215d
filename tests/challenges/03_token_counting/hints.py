"""The hints of challenge 03: START for somebody who has not begun, the others for a criterion that is not met yet."""

from ..engine.criteria import Message

START = (
    'What is in a request besides the texts? In the lesson, what did each further "Hello" add, and what remained?',
    "Begin with what primes the reply. Then go through the messages, and through what each of them holds.",
    "A function of its own for the tokens of one text makes the rest short.",
)

COUNTED_FOR_YOU = (
    "chat_memory counts for you. What does it add up? Write that with tiktoken alone.",
    "get_encoding and encode_ordinary of tiktoken are all that you need to import.",
)

ENCODE = (
    "encode gives a list of numbers, one for each token of one text.",
    "Encode the content alone, without a role, a colon or a line break before it.",
)

CHARACTERS = ("You count characters. Is a token always about four of them, in a number, in Chinese?", *ENCODE)

WORDS = ("You count words. Is a token a word? What about a comma, a long number, a rare word?", *ENCODE)

ALWAYS_ONE = ("Your count is the same whatever the text says. Which part of it should depend on the text?", *ENCODE)

BY_ITSELF = ("Is each text counted by itself, as if nothing stood beside it?", *ENCODE)

NO_RETURN = "Does every way through your function end in a return?"

A_FLOAT = (
    "Which of your lines makes a float of it: a division with /, or a number with a point in it, such as 0.0?",
    "Which function of tiktoken cuts a text into its pieces, and what do you count of what it gives you?",
)

SEVERAL_NUMBERS = (
    "You return the pieces, or a number for each. How many are they all together?",
    "len tells how long a list is, and sum adds up the numbers in it.",
)

NO_WHOLE_NUMBER = A_FLOAT[1]

SEAM = (
    "You seem to join texts and count them once. What happens to a token at the seam?",
    "Count the tokens of each text, and add the numbers.",
)

SEAM_AT_THE_ROLE = (
    "You seem to join texts and count them once. What happens to a token at the seam?",
    "Count the tokens of each text, the role and the content, and add the numbers.",
)

OLD_ENCODING = (
    "Which encoding do you count with? The one of gpt-4 is not that of later models.",
    "The lesson says what to take for a model that is newer than your tiktoken.",
)

AS_IT_IS = "Hand the content to encode_ordinary of o200k_base without doing anything to it before."

EVERY_CHARACTER = "Is the text encoded as it is, every character of it, and with the right encoding?"

SPACES_AND_LINE_BREAKS = "Is the text encoded as it is: whole, with its spaces and its line breaks?"

SIMILAR_TEXT = (
    "You may have counted a similar text before, with the same letters, ends or length. "
    "By what do you know a text again?"
)


def of_a_text_that(what: str) -> str:
    return f"This text {what}. Is it encoded as it is, every character of it?"


def of_a_long_text(characters: int) -> str:
    return f"This text has {characters:,} characters. Is it encoded as it is, to its end?"


SPECIAL = (
    "Somebody types <|endoftext|>. For encode this is a mark of its own, but what is it in a message?",
    "Which sister of encode takes every text as ordinary text?",
)

COST_OF_A_MESSAGE = (
    "What did each further Hello add in the lesson, and of what was that made? Is it so for an empty message too?"
)

TOO_MANY_PER_MESSAGE = {  # by so many tokens
    1: "You take one too many for each message, such as the 4 of many tutorials. What did each further Hello add?",
    -1: "You take one too few for each message. What does a message say besides its content?",
    -3: "Besides its texts, a message costs the marks where it begins and ends. How many were that?",
    -4: "You count the contents only. What else of a message is sent, and what marks where it begins and ends?",
    3: "You take three too many for each message. Which of your numbers belongs to the request, and not to a message?",
}


def of_a_message(over: set[int]) -> tuple[str, ...]:
    """For messages that cost too many tokens, each by one of these numbers."""
    return (
        TOO_MANY_PER_MESSAGE.get(*over, COST_OF_A_MESSAGE) if len(over) == 1 else COST_OF_A_MESSAGE,
        "A message costs its role, its content, and the marks around them.",
        "A single Hello is 8 tokens, two are 13, three are 18.",
    )


PRIMING = (
    "Hello was 8 tokens, and each further one 5 more. What remains of the 8, and how often is it in a request?",
    "It does not depend on the messages: add it before or after your loop, not in it.",
)

COST_OF_A_NAME = (
    "In the lesson a name of one token cost more than one. How much more, and does your count add it for each name?"
)

NAME_OF_THE_FIRST_MODEL = "You take 1 off for a name, as for the first chat model. What did the lesson measure?"

SAME_NAME_TWICE = "Two messages have the same name here. Does your count add it for each of them?"

NAME_LEFT_OUT = "Your count is the same with and without a name. Is it sent to the model, or not?"

NAME_AND_ONE_MORE = "A name costs the tokens of its text, and 1 more."

EQUAL_PARTS = "Some parts of a content have equal texts. Does each of them count in your code?"

BLANK_PARTS = "Some parts hold blanks or line breaks only. They are sent like any other: do you leave them out?"

TYPE_OF_A_PART = (
    "You take one too many for each part. Is its type, which is always text, read by the model? Ask the server."
)

JOINED_PARTS = "You seem to join the parts and count them once. What happens to a token at the seam?"

PARTS_WITH_SOMETHING_BETWEEN = "You seem to join the parts with something between them, which nobody has said."

FIRST_PART_ONLY = "You count the first part of a content. How many parts can there be?"

PARTS_LEFT_OUT = "Are all parts in your count? Which of the two values of a part is what the user has said?"

MORE_THAN_THE_PARTS = (
    "What of a part do you count? A message with one part costs the server no more than one with its text. Ask it."
)

PARTS = (
    "Here a content is a list of parts, each a dict with a type and a text. What does your function do with a "
    "content that is no text?",
    "Send such a message to the server, with one part and with two, and compare usage.prompt_tokens.",
)

ASKS_THE_SERVER = (
    "Your function asks the server. What do you know before you send, so that you need not ask?",
    "tiktoken counts on your own computer.",
)

ONE_BY_ONE = (
    "Count the messages above one by one: at which does your number differ from the one beside it?",
    "Beside each message stands what it costs; the request costs 3 more.",
)


def of_many_messages(messages: int) -> tuple[str, ...]:
    return f"This conversation has {messages} messages. Does your count go through all of them?", ONE_BY_ONE[1]


def what_changed(before: list[Message], after: list[Message]) -> str:
    """The question that leads to the line which changed something."""
    if len(after) != len(before):
        return (
            "The list has lost messages. Which of your lines takes something out of it: pop, remove, del, clear?"
            if len(after) < len(before)
            else "The list has grown. Which of your lines puts something into it: append, insert, +=?"
        )
    if all(message in after for message in before):
        return "The messages stand in another order. Which of your lines sorts or turns round the list itself?"
    if all(isinstance(now, dict) and now.keys() == was.keys() for was, now in zip(before, after, strict=True)):
        return "A text in a message is not what it was. Which of your lines writes into a message, with … = or update?"
    return (
        "A message has lost or got a key. Which of your lines takes something out of a message, or puts something in: "
        "pop, del, setdefault, … = ?"
    )
