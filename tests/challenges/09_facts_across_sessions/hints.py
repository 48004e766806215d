"""All hints of challenge 09, from a question to nearly the answer. START: for somebody who has not begun."""

from typing import NamedTuple

START = (
    "Begin with remember and known, for one user in one program. Then a new Facts(path) has to know it too: JSON in a file, as "
    "in lesson 08, or a table with a number, a user and a text.",
    "about needs no database: go through known(user), count for each text the words it shares with the question "
    "(words_of(text) & words_of(question)), and sort by that.",
    "answer is about, a note made of what it found, as in lesson 09, the question, and one call of the model.",
)


class ByStorage(NamedTuple):
    """A question, and what comes after it for somebody with a database, and for others."""

    asked: str
    database: tuple[str, ...]
    other: tuple[str, ...]


# One user
ORDERED = "What are they ordered by?"
ORDERED_ROWS = f"{ORDERED} Rows of a table have no order unless you ask for one: ORDER BY."
NOBODY_KNOWN = "What does known return for a user nobody has heard of?"
ONE_NUMBER_EACH = "Where does the number come from, and what makes the next one different?"
FOLLOW_ONE_TEXT = "Follow one text from remember to known: where does it go, and what becomes of those before it?"
WRITTEN_OVER = "What becomes of the facts in the file when one more comes?"
GONE_WITH_THE_PROGRAM = ByStorage(
    "Where are the facts when the program has ended? When do they get there?",
    ("Write them in remember, correct and forget themselves. In SQLite they count from the commit on.",),
    ("Write them into the file in remember, correct and forget themselves, and read it in __init__.",),
)
HASHED = (
    "Your code asks for the hash of a text. Print hash('ana') in two programs, one after the other: what do you see?",
    "Python's hash of a text is another one in each program. hashlib.sha256(user.encode()).hexdigest() is always the same.",
)
SHARED = (
    "Where is it made: once, in the class, or in __init__ for each object? And does the place where it is kept depend on `path`?",
)

# What about finds
SEARCHING = ByStorage(
    "Are you looking for the whole question in the text of a fact, or for each of its words?",
    ("words_of gives the words of both. In SQLite's full-text search, write OR between them.",),
    ("words_of gives the words of both, and words_of(question) & words_of(text) those that they share.",),
)
SPLITTING = (
    'What is a word here? Print the words of question and fact: is "called?" the same as "called.", and "Dog" as "dog"?',
    "words_of, which is in the starter, leaves out signs and makes all letters small.",
)
SMALL_WORDS = (
    'Words such as "is", "my" and "the" stand in nearly every sentence. What do they find?',
    "words_of leaves them out. Use it for the question, and for the facts.",
)
BEST = (
    "More facts share a word with the question than may come back: which of them do you take?",
    "Count for each how many words it shares, sort by that, and only then take the first `limit`.",
)
LIMIT = "What does about do with `limit`, and which facts does it count?"
LIMIT_ZERO = "What does about do with `limit`? Is 0 a number there, or the same as none?"
TWICE = (
    "Two words of the question stand in it: how often do you add it?",
    "Go through the facts, and not through the words: each comes once, with the number of words that it shares.",
)

# The model
NOT_ASKED = "Where does answer call client.chat.completions.create?"
TEXT_OF_THE_REPLY = "What comes back from the model, where in it is the text, and does answer return that, all of it?"
MODEL = "Which model does answer ask for? It is model=MODEL, from common."
QUESTION = "Which message of the request is the user's question, and is its content the question, word for word?"
ASKING_STORES = "Which line of answer stores something?"
MATTERS = (
    "Which facts does answer send: all that are known, or those that about finds?",
    "Ask about for them, and leave out only what does not fit.",
)
SENT_AT_ALL = ("What does about return for this question, and where in the request is it?", *MATTERS)
READ_AS_A_FACT = (
    "Read what you sent as the model does: what is the question, and what are the facts?",
    "The question is the last message, a user's. The facts stand before it, as in lesson 09.",
)
COUNTED = (
    "What else is sent with the facts: a sentence around them, a message, a role? And what counts all of that?",
    "Build the whole request, and compare its count_tokens with that of the question alone. Leave out facts, the last first, "
    "until it fits.",
)
COUNTED_AS_SENT = (*COUNTED, "json.dumps writes other letters as \\u65e5: count what is sent.")
ALL_THAT_MATTER = ("Which of the facts that about returns does answer send?", *COUNTED)
THE_BEST_FIRST = "Not all facts fit: which of them are left out, and which one is tried first?"
ROOM = (
    "What do you count for a fact that may still fit? Is it what the request will have more, or a little more than that?",
    "count_tokens adds 3 for the whole request, once. Compare count_tokens of the request with that of the question alone, and "
    "what is just NOTE_TOKENS more is allowed.",
)
OBEYED = (
    "The fact stands in a message: whose words are they for the model, and how can the model tell data from an order?",
    "Quote the facts: json.dumps makes strings of them. In lesson 09 they stand in a message of the assistant.",
)
CLOSED = (
    "The fact ends the quotation by itself, with the very sign that you end it with. What comes behind it is no longer quoted.",
    "json.dumps writes the signs that could end a string as data. Or put the facts into a message of the assistant.",
)
IN_SYSTEM = (
    "A fact was said by a user. In the system message, or in one of a tool, whose words are they?",
    "Put the facts into a message of the assistant before the question, as in lesson 09, or quoted into that of the user.",
)

# Several users
WHOSE = ByStorage(
    "Follow the search: which line of it says whose facts they are? Does known say so, and about too?",
    ("WHERE user = ?, in each statement that reads.",),
    ("A dict with the user as its key gives the facts of one user, and no others.",),
)
NAMES_COMPARED = ByStorage(
    "How do you compare the names of users, and what does a name become on the way: can two of them become the same?",
    ("= compares letter by letter; with LIKE, % is anybody and A is a.",),
    (
        "As a key of a dict a name stays as it is: leave out lower() and strip(). Names of files cannot hold all letters: take "
        "hashlib.sha256(user.encode()).hexdigest() there, all of it.",
    ),
)
NUMBERS_OF_OTHERS = ByStorage(
    "Whose fact is it that has this number? Does correct ask, and does forget?",
    ("WHERE number = ? AND user = ?. If no row has changed (rowcount is 0), raise LookupError.",),
    (
        "Look for the number among the facts of this user only, and raise LookupError where it is not. (A list takes -1 too, "
        "and its numbers change when one is deleted: a dict does neither.)",
    ),
)
TAKEN_BACK = ByStorage(
    "What had been done when the error was raised?",
    ("Look first, or take it back with a rollback.",),
    ("Look first, and change only what you have found.",),
)

# Corrected and forgotten
REPLACED = (
    "What becomes of the old text: is it replaced, or does it stay beside the new one? And what does the search go through?",
    "If there is an index of words: is the index told of the change? Look for a word of the old fact, and for one of the new.",
)
SAME_NUMBER = "Where does the number come from? Has another fact the same one?"
OLD_NUMBER = (
    "After a correction, what is the old number good for? Follow what correct and forget do with it.",
    "Only what is in force can be corrected: look for that in correct, and raise LookupError where it is not.",
)
NEVER_AGAIN = (
    "Where does the number come from? How many facts there are says nothing once one of them is gone, the highest number that "
    "any fact has is lower once that one is gone, and what is counted in memory begins anew in the next program.",
    "Keep the next number in the file, and only ever count up. In SQLite that is INTEGER PRIMARY KEY AUTOINCREMENT.",
)
FORGOTTEN = (
    "Is the fact deleted, everywhere? Look at what about searches, and at what a new program reads.",
    "Delete it where it is kept, and where its words are kept.",
)
ONLY_THIS = "Which facts does forget delete? The one with this number, of this user."
IN_THE_FILE = (
    "Is it deleted, or only marked? Is it all deleted: the fact, what it said before, the words in an index, a copy "
    "or a log?"
)
VACUUM = (
    "What SQLite deletes stays in the file until something takes its place: VACUUM writes the file anew. (Some builds of SQLite "
    "overwrite it by themselves, and most do not. Here it stays.)"
)
IN_AN_INDEX = (
    "An index of FTS5 keeps the words until INSERT INTO words(words) VALUES ('rebuild'), which you follow with VACUUM."
)
IN_A_LOG = "What stands in the -wal file goes with PRAGMA wal_checkpoint(TRUNCATE), after VACUUM."
IN_A_TEXT = (
    "Write the file anew without it, and look which other files your code writes: what is in them, and who deletes it?"
)

# Odd texts, and errors
SQL = (
    "How does a text get into your SQL: as a part of the statement, or as a value beside it?",
    'Write ? in the statement, and hand the values over beside it: execute("… WHERE user = ?", (user,)).',
)
MATCHING = (
    "Full-text search reads your question in a language of its own: what do signs, AND and NOT mean there?",
    "Take the words of words_of, put each of them between double quotes, and write OR between them.",
)
LOCKED = ("What has the program before this one not finished? A change counts, and is over, with its commit.",)
FILE_NAME = (
    "Does the name of the user become the name of a file? Which signs can that hold, and how many of them?",
    "hashlib.sha256(user.encode()).hexdigest() is as long for every name, and two names never have the same.",
)
FIRST_FACT = (
    "This is the first fact of this user. What stands under the name before it?",
    "In a dict, setdefault(user, []) puts an empty list there if there is nothing yet.",
)
STRANGER = (
    "This user has said nothing yet. What should `known` return then?",
    "A dict gives what stands under a name with get(user, []), and that is [] where nothing does.",
)
NO_KEY = "Which keys are there? Print them in the line before. (Keys that come out of JSON are texts: '1', and not 1.)"
NONE = "What is None there: what a function without return gives, or fetchone where there is no row? And what should happen then?"
OTHER_TYPE = "Which value is of another type than you thought? Print it, and its type, in the line before."
LETTERS = 'Which letters can your file hold? A text file is opened with encoding="utf-8".'
LETTERS_AND_SQL = (LETTERS, *SQL)
SPACES = "What becomes of spaces and line ends: does your code take them away, or take one for the end of a text?"
OWN_LIST = "Whose list does known return: a new one, or your own?"


# What the methods return
NUMBER_RETURNED = "Does every way through it end in a return?"
NUMBER_OF_A_ROW = f"{NUMBER_RETURNED} A row that was inserted has its number in cursor.lastrowid."
NONE_RETURNED = "Where nothing is found, is that [], or None? Does every way through it end in a return?"
ONE_TEXT = "This is one text. Where are the others, and what is returned where there is only one?"
ROWS = "What does a row consist of? Of (text,) the text is the first part."
OTHER_THINGS = "What does it hold beside the texts: numbers, names, dicts?"
FINISHED = ("Which of its methods do you need? Write them with JSON or sqlite3.",)
