"""All hints of challenge 08, from a question to nearly the answer. START: for somebody who has not begun."""

START = (
    "First make it work when nothing goes wrong: save reads what is there, adds the turn and writes; resume reads. "
    "The lesson did so with a list as JSON, and with a row for each message.",
    "Which of the two forms can be killed half-way, or meet a second writer, and still be whole? Take that one.",
    "With sqlite3, a turn is one transaction: BEGIN IMMEDIATE, look how many messages there are, raise Conflict or add the turn. "
    "`with connection:` commits at its end, and where an error comes out it takes all back.",
)

# When nothing goes wrong
NEW = (
    "What can resume read before the first save? What do you return then?",
    "sqlite3.connect makes an empty file where there is none, without your table. Look before you connect: path.exists(). Or "
    "make the table in resume too: CREATE TABLE IF NOT EXISTS.",
)
A_LIST_OF_DICTS = (
    "Does every way through resume end in a return? Is it one list of dicts, not one of texts, rows or turns?"
)
WRITTEN = (
    "Is the file written as it is read? Look into it after a save, if it is a text.",
    "str(…) writes a list as Python shows it, and that is not JSON. json.dumps(…) is what json.loads reads.",
)
WAITING = (
    "Is it waiting for a lock that your own save holds?",
    "Two connections of one program are strangers to each other, and so are two open(…) of one file: while the first holds the "
    "lock, the second waits for it. Read and write with the one that has it: hand it on to a function which both resume and "
    "save call.",
    "Is there no lock? Then look at the loops: what changes in each round?",
)
OTHER_DISK = (
    "In which folder is your temporary file? And on which disk is the file that it is to replace?",
    'A file takes the place of another in one step only on the same disk. Make it beside: path.with_name(path.name + ".tmp").',
)
COUNTED_MESSAGES = (
    "Do you count messages, or turns? Is what you compare with `known` in the file, or somewhere else?",
    "len(…) of all messages that the file holds should be `known`.",
)
ONLY_THE_NEWEST = "What becomes of what the file held before?"
LOST_OR_TWICE = "What becomes of the turns that the file held before, and of each message of the new one?"
ORDER = "In which order are they read from the file? Rows of a table have none unless you ask for it: ORDER BY."
LOST_KEYS = "Which keys can a message have? Keep the whole dict, not only the keys that you know of."
OTHER_CONTENT = (
    "Which letters can your file hold, and can it tell None from a text, a list from a text?",
    'json.dumps(message) keeps all of that. And a text file is opened with encoding="utf-8".',
)
TURN_CHANGED = "Which of your lines changes the list `turn`, or a message in it?"
READ_EACH_TIME = "Where does resume get the messages from: from the file, each time?"
LINE_END = (
    "How are your lines read: which letters end a line there? str.splitlines() ends one at U+2028, at U+0085 and at others too.",
    'text.split("\\n") knows one line end only. Or let json.dumps escape such letters, as it does without ensure_ascii=False.',
)
MIXED = "Where do you keep the messages? Does that place depend on `path`?"
ELSEWHERE = (
    "Which path do you open? A name without a folder is in the folder in which the program was started.",
    "path.with_name(path.name + …) is beside it.",
)
IN_ONE_FILE = (
    "What else is in the folder, and when does it get into the file?",
    "With sqlite3: is the connection closed at the end? A part may be in a file beside it until then.",
)
WHOSE_FILES = (
    "Which files does save write beside `path`, and whose could they be?",
    "path.with_suffix(…) takes the end of the name away, so that files of several names meet. "
    'path.with_name(path.name + ".tmp") has the whole name in it.',
)

# Somebody else
IN_MEMORY = "Does your code need something that only the first program has in its memory?"
OF_AN_EARLIER_CALL = (
    "Where does resume get the messages from? Does something of an earlier call still stand in a variable?"
)
STUCK = ("Which of your lines can wait for ever, and for what?",)
NO_CONFLICT = (
    "How does save find out that somebody else was there? Compare what it knows with what the file holds.",
    "Is there a `known` for which you do not even look, such as 0? And what if the file holds fewer?",
)
RAISED_BY_ITSELF = "Which line raises that? Compare first, and raise Conflict(…) yourself."
CHANGED_BEFORE_CONFLICT = "What has been written by the time you find out? With sqlite3: is it rolled back?"
LEFT_BY_CONFLICT = (
    "What has your save done to the file by the time it raises Conflict? And if there was none?",
    'open(path, "a") makes an empty file where there is none, and so does sqlite3.connect(path); "w" empties one.',
)

# Damage
DAMAGE = (
    "What comes out of your code when the file cannot be read: which errors, and where do you catch them?",
    "Catch the errors of whatever reads the file, and raise DamagedFile(…) in their place.",
    "Two may be at work: sqlite3 reads the rows, and json.loads what stands in them. Each has errors of its own.",
)
TAKEN_FOR_NEW = (
    "What does your code take a damaged file for? Which errors do you catch, and what do you return then?",
    "That there is no file, and that there is one which cannot be read, are two things. Only the first is a new conversation.",
)
FORM = (
    "Not every text that can be read is a conversation. What must it be, and what its parts?",
    "Look at what you have read before you return it: a list, and each message in it a dict.",
)
NULL = (
    "What comes from a row whose text is gone, and what does json.loads do with that? json.loads(None) raises TypeError.",
    "Catch TypeError as well where the rows are read. And look at what was read before you return it: is each of it a dict?",
)
NOT_ALL = (
    "How could you tell that the end is missing? What do you do with the part that is still good?",
    "A part of a conversation is a damaged file too. Is there something in your file that says how much there should be?",
)
PLACE = (
    "What of the file do you look at before you return it? How would you notice that a piece of a text is not what was written?",
    "json.loads refuses a zero byte, and what stands behind the end; what is kept in another form may hold both. A checksum "
    "over all that was written (zlib.crc32, hashlib.sha256) notices either.",
)
DAMAGED_AND_WRITTEN = (
    "What does your code take a damaged file for? And what does it then write?",
    "Read before you write, and let DamagedFile come out of save too.",
)
CHANGED_BEFORE_DAMAGE = "What has been written by the time you find out? Read before you write."
WHICH_FILE = "Which file? Put path into the text, with an f-string."
ADVICE = (
    "It says what is wrong. What would you do now, with this file in front of you? Say that.",
    "Write a sentence of four words or more, in which a verb says what to do: put a backup in its place, move it away …",
)
IN_USE = (
    "“database is locked” says nothing of what is in the file. Which of your excepts catches it, and what do you do then?",
    "A locked file, or a full disk, is a sqlite3.OperationalError, and that is a kind of DatabaseError. Put an except of its own "
    "before the other one, and let it out: raise.",
    "Is it there to notice that there is no file, or no table? Ask for that before: path.exists(), CREATE TABLE IF NOT EXISTS.",
)
NOT_LET_IN = (
    "Which errors do you catch where the file is read? What do they say of what is in it?",
    "Only FileNotFoundError says that there is no file. A PermissionError is an OSError too, and says that you may not look "
    "now: let it out.",
)

# Killed
KILLED = (
    "What is in the file while a new text is being written into it, before the last byte has arrived?",
    "Never write into the file that holds the only copy. Write the new text beside it, and when it is all there, let it take "
    "the old one's place in one step: os.replace.",
    "Or leave it to sqlite3: all rows of the turn in one transaction.",
)
REMOVED = (
    "For a moment there is no file at all. What if the program ends just then?",
    "os.replace takes the place of a file that is there: nothing has to be removed before.",
)
HALF = (
    "Your turn gets into the file in several steps. Which step makes it count?",
    "One commit for the whole turn, not one for each message; or one os.replace when all of it is written.",
)
LEFT_BEHIND = (
    "A killed program clears nothing up: what has it left, and who clears that up now?",
    "Whatever is left half-way must not be in the way: write over an old temporary file. A file or folder that stands for a lock "
    "stays when its program is killed; a lock of the system does not: fcntl.flock, msvcrt.locking, or the one of sqlite3.",
)

# At the same moment
LOCK = (
    "What can another program do between the line in which you count the messages and the one in which you write?",
    "To count and to write must be one step for all others: take a lock before you count, and keep it until all is written.",
    "sqlite3 has such a lock: BEGIN IMMEDIATE takes it at once, and others wait at theirs. A plain BEGIN, or none, takes it only "
    "when something is written, and that is after you have counted.",
    "A lock on the file itself is worth nothing once another file has taken its place. Lock a file beside it.",
)
BUSY = (
    "Two programs that wait for each other, or a file that is in use: who should wait, who gives up, and with which error?",
    "With sqlite3: BEGIN IMMEDIATE, before anything is read, so that the second program waits until the first has finished.",
    "PRAGMA journal_mode=WAL is a write too, and does not always wait for others. You can do without it.",
)
NOBODY_FIRST = "Who is first? Whoever has the lock saves, and only the other one gets Conflict."
