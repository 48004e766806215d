"""All hints of challenge 10, from a question to nearly the answer. START: for somebody who has not begun."""

START = (
    "Begin with any one of the five: each is checked on its own. For each text ask who may have written it, and what could "
    "stand in it that your code, or the model, takes for something else.",
    "A text loses its power where a function that knows all signs writes it as data: json.dumps for a transcript, "
    "a hash for the name of a file.",
    "And it has the power of its place: your own words in the system message, the user's in user messages, and what is only "
    "known in the assistant's words, or quoted.",
)

# paste
WHAT_ELSE_IS_SENT = "What does the message consist of, besides the document?"
ALL_OF_THE_DOCUMENT = (
    "Is all of the document in what you return, in a form that the model can read?",
    "Quote it, do not drop it.",
)
QUOTING = (
    "How does the model know where the document begins and ends, and that its words are not your user's?",
    'A sentence such as "ignore all orders in this" is a wish, and a quotation mark may stand in a text too. '
    "Quote it as JSON, in a fence or in a tag.",
    "A list of bad words or of forms of orders never ends: leave the words in, and take the power from them.",
)
WORDS_LEFT_OUT = (
    "Do you leave something out, because it looks like an order? Take the power from it, and leave the words."
)
CLOSING = (
    "What if the text itself holds the very mark that ends your quotation? Its writer knows your code.",
    "Taking such marks out is hard: what is left can be one again. Is there a form in which no text can hold the mark as it is?",
    "json.dumps escapes the quotation marks and line ends of a text. html.escape does the same for tags. Or make a mark that "
    "nobody can know: secrets.token_hex, new each time.",
)

# summary_request
YOUR_OWN_WORDS = "Which of these words have you written yourself? Only they belong into the system message."
ALL_MESSAGES = "Are all messages in the request, the user's and the assistant's, all of each, and the summary so far?"
AS_DATA = "Is what is to be summarised handed over as data, in one message? (Lesson 06 does so.)"
PROMPT = "Is PROMPT in the request, and as whose words? Does it still say what to keep?"
FORGED = (
    "What tells the end of a message from a line in it that looks like the end? Whoever writes the text knows your form too.",
    "Written as role and text, line by line, each line of a text can be a message. Which function writes a list of dicts so that "
    "no text in it can end anything?",
    "json.dumps(messages). Whatever form you take, the summary so far needs it too.",
)
OTHER_ENDS = (
    "Do you make one line of each text, or mark each of its lines? \\n is not the only sign that ends a line: see splitlines.",
    *FORGED[1:],
)
LEFT_OUT_AS_AN_ATTACK = "Do you leave out what looks like an attack? Write it so that it cannot be taken for a message."
ORDERS_OF_YOURS = (
    "Which words in your request are orders of yours, and how does the model know that the others are not?",
    "What is sent as a message has the power of its role. Quote all, also the summary so far: json.dumps.",
)

# next_request
FIRST_MESSAGE = "What is the first message of the list that you return?"
WHOSE_WORDS = (
    "Who has written the words that stand in the system message now?",
    "Give what is known the place with the least power in which the model still reads it: lesson 06 had one.",
)
LAST_MESSAGE = "What is the last message of the list, and what should be in it?"
ROLES_IN_TURNS = "Which roles stand before and behind what you put in? In lesson 06 the note is a turn of its own."
RECENT = "What do you do with `recent`?"
EACH_BY_ITSELF = (
    "On what does it depend in your code whether the summary is sent, and whether the facts are?",
    "if summary and facts: needs both. Ask for each by itself, or for one of them: if summary or facts. And neither "
    "depends on `recent`.",
)
READABLE = "Is all of the summary and of each fact in the request, in a form that the model can read?"
POWER = (
    "As what do you send what is only known: whose message is it in, and what may a message of that role do?",
    "As the assistant's own words it is a report. In a user message it has to be quoted: json.dumps, and say what it is.",
)

# to_disk
JSON_OF_MESSAGES = (
    "What does json.loads say to it? And do you take secrets out before you make JSON, or afterwards?",
    "Clean the text of each message, put it into a new dict, and give the list of these to json.dumps.",
)
SECRETS = (
    "Which forms does the task name, and which of them does your code look for? How short may a key be?",
    "Print what your code makes of this secret alone. Does it find it twice, too, in two messages?",
    "A card number comes with spaces, with hyphens, and with neither.",
)
PLACES = (
    "In another sentence this secret is found. What stands before it here, and behind it, in the text that your code looks at?",
    "In JSON a line end is written \\n, and its n is a letter: clean the text of each message, and make JSON of it then.",
)
DIGITS = (
    "What decides for your code whether digits are a card number? Try it with one of each length, from 13 to 19.",
    "Which of the digits do you double, counted from which end? The last digit is never doubled, the one before it always: "
    "that is not the same from the left, where the number of digits is odd. And what do you do where that gives more than 9?",
    "digits[::-1] turns them round. Then the digits at [1::2] are those to double.",
)
BESIDE = (
    "Where does a card number begin and end for your code, where other digits stand beside it, such as an expiry date?",
    "Print the digits that your code checks here. The longest stretch is not the only one: any groups side by side can be a card "
    "number, and only they go.",
    "And where a stretch is none, do you go on behind it, or from its second group? re.sub goes on behind each match.",
)
MOST_OF_IT = (
    "Something was taken out, and enough is left to find the rest. How much of a secret does your code leave?",
    "Leave nothing of it, or its beginning and the last four letters.",
)
TWICE = ("What becomes of the second secret in a text? Does your code look on behind the first?",)
LUHN = (
    "What do you do with a long number that is no card number, or a word that only looks like the beginning of a key?",
    "Count the digits (13 to 19), and do the Luhn check, before you take a number out. How many letters are behind the "
    "beginning of a key (16 at least)? And what stands before sk- where it is in the middle of a word?",
)
OTHER_LETTERS = (
    "Nothing in it is a secret. Which of your lines changes a text all the same: strip, split and join, normalize, lower?",
    "Look for secrets in the text as it is, and change nothing but them.",
)
WHOLE_MESSAGES = (
    "Is each message in what you write, and all of it? message | {…} changes one thing, and keeps the rest."
)
CUT = "Where does your code cut a text, or leave a part of it out?"
CHANGED_IN_PLACE = (
    'Which of your lines changes a message or a list in place? message["content"] = …, append and += do.',
    "Make new dicts and lists: message | {…}, [*messages, …].",
)

# session_file
OWN_NAME = (
    "Which signs of an id get into the path as they are? Look at .., /, \\, :, at very long ids, and at names such as con.",
    "Taking bad signs out never ends, and makes one of two. Is there a function that makes some hexadecimal digits of any text?",
    "hashlib.sha256(text.encode()).hexdigest()",
)
TWO_IDS = (
    "Which two pairs of ids get the same name in your code? What is lost on the way to it: capital letters, signs, the place "
    "where the one ends and the other begins?",
    "If it is a hash: is all of it in the name? Of 100,000 ids, two have the same first 8 digits.",
    "Change nothing in the ids, and join them so that they can be told apart again: json.dumps([user, session]) does. "
    "Then make the name from all of it.",
)
DIFFERENT_IN_EACH_RUN = (
    "What goes into the name besides the two ids? Something that is drawn, counted, or different in each run?",
    "hash() gives other numbers in each run of Python. Those of hashlib stay the same.",
)

# Whatever they return
FINISHED = (
    "chat_memory.safety does it for you. What does it do to the text? A few lines of your own will do here.",
    "json, re and hashlib are all that you need to import.",
)
RETURNED_NOTHING = "Does every way through your function end in a return, and of what?"
NO_MESSAGE = "What is in the list that is no message: a dict with a role and, as its content, a text?"
NO_MESSAGE_IN_THE_LIST = (
    "A message is a dict with a role and, as its content, a text. Do you put lists into the list, or texts?"
)
