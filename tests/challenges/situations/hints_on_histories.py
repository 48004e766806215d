"""Hints that several challenges give where a conversation of `histories` goes wrong."""

EQUAL_MESSAGES = (
    "Some of these messages are equal. By what does your code find a message again: with index, in, remove or ==?",
    "Each of them counts, wherever it stands. Go by its place, history[i], and not by what it says.",
)
UNUSUAL = {  # what is seldom in a history, and the question that leads to what may be wrong
    "two questions in a row": "Two questions stand one behind the other, the first has no answer. How many turns are that?",
    "many messages in a turn": "One of these turns has many messages. Is there a number in your code that is right for small "
    "turns only?",
    "names": "Some of these messages have a name. Do you take each message as it is, with all that is in it?",
    "empty contents": "One of these messages has an empty content. It is a message like any other: "
    "what becomes of it in your code?",
    "lists of parts": "The content of a message can be a list of parts. What does your code do with the contents?",
    "very long messages": "One of these messages is very long. What does your code do with the contents?",
    "words of the system message": "The user says here what the system message says. By what do you know the system message?",
}
