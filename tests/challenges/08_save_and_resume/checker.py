"""Checks work/08_save_and_resume.py: a conversation in a file, whoever else writes to it, and whenever it is killed."""

from __future__ import annotations

import errno
import json
import linecache
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..engine.criteria import Message, NotYet, NoUse, Scene
from ..engine.learner_code import TookTooLong, Work
from ..engine.other_programs import CONFLICT, SAVED, Done, Files, Left, Stuck, files_in
from .saved_conversations import (
    LINE_ENDS,
    NAME,
    WHOLE,
    Room,
    a_room,
    changed_bytes,
    damage,
    drawn,
    error_of,
    holes,
    in_use,
    message,
    not_let_in,
    other_values,
    turn,
    turns,
    words,
)

START = (
    "First make it work when nothing goes wrong: save reads what is there, adds the turn and writes; resume reads. "
    "The lesson did so with a list as JSON, and with a row for each message.",
    "Which of the two forms can be killed half-way, or meet a second writer, and still be whole? Take that one.",
    "With sqlite3, a turn is one transaction: BEGIN IMMEDIATE, look how many messages there are, raise Conflict or add the turn. "
    "`with connection:` commits at its end, and where an error comes out it takes all back.",
)

ALL = [one for said in WHOLE for one in said]
NAMED_ALIKE = [f"ana.{end}" for end in ("tmp", "temp", "new", "bak", "old", "lock", "db", "json")]  # beside ana.chat
MOMENTS = 14  # at which one program is held up, and another one comes in between
FOUND, SAVED_NOW, KNOWN, RETURNED = "The file held", "This turn was saved", "`known` was", "resume then returned"
HELD, KILLED, LEFT = "When the other one came in, the first was at", "The program was killed at", "It left"
WHY_WHOLE = "Who reads this goes on with a conversation that nobody has had."
KILLED_HINTS = (
    "What is in the file while a new text is being written into it, before the last byte has arrived?",
    "Never write into the file that holds the only copy. Write the new text beside it, and when it is all there, let it take "
    "the old one's place in one step: os.replace.",
    "Or leave it to sqlite3: all rows of the turn in one transaction.",
)
NEW_HINTS = (
    "What can resume read before the first save? What do you return then?",
    "sqlite3.connect makes an empty file where there is none, without your table. Look before you connect: path.exists(). Or "
    "make the table in resume too: CREATE TABLE IF NOT EXISTS.",
)
WAITING_HINTS = (
    "Is it waiting for a lock that your own save holds?",
    "Two connections of one program are strangers to each other, and so are two open(…) of one file: while the first holds the "
    "lock, the second waits for it. Read and write with the one that has it: hand it on to a function which both resume and "
    "save call.",
    "Is there no lock? Then look at the loops: what changes in each round?",
)
WRITTEN_HINTS = (
    "Is the file written as it is read? Look into it after a save, if it is a text.",
    "str(…) writes a list as Python shows it, and that is not JSON. json.dumps(…) is what json.loads reads.",
)
LEFT_BY_CONFLICT_HINTS = (
    "What has your save done to the file by the time it raises Conflict? And if there was none?",
    'open(path, "a") makes an empty file where there is none, and so does sqlite3.connect(path); "w" empties one.',
)
IN_ONE_FILE_HINTS = (
    "What else is in the folder, and when does it get into the file?",
    "With sqlite3: is the connection closed at the end? A part may be in a file beside it until then.",
)
REMOVED_HINTS = (
    "For a moment there is no file at all. What if the program ends just then?",
    "os.replace takes the place of a file that is there: nothing has to be removed before.",
)
HALF_HINTS = (
    "Your turn gets into the file in several steps. Which step makes it count?",
    "One commit for the whole turn, not one for each message; or one os.replace when all of it is written.",
)
OTHER_DISK_HINTS = (
    "In which folder is your temporary file? And on which disk is the file that it is to replace?",
    'A file takes the place of another in one step only on the same disk. Make it beside: path.with_name(path.name + ".tmp").',
)
LEFT_BEHIND_HINTS = (
    "A killed program clears nothing up: what has it left, and who clears that up now?",
    "Whatever is left half-way must not be in the way: write over an old temporary file. A file or folder that stands for a lock "
    "stays when its program is killed; a lock of the system does not: fcntl.flock, msvcrt.locking, or the one of sqlite3.",
)
LOCK_HINTS = (
    "What can another program do between the line in which you count the messages and the one in which you write?",
    "To count and to write must be one step for all others: take a lock before you count, and keep it until all is written.",
    "sqlite3 has such a lock: BEGIN IMMEDIATE takes it at once, and others wait at theirs. A plain BEGIN, or none, takes it only "
    "when something is written, and that is after you have counted.",
    "A lock on the file itself is worth nothing once another file has taken its place. Lock a file beside it.",
)
BUSY_HINTS = (
    "Two programs that wait for each other, or a file that is in use: who should wait, who gives up, and with which error?",
    "With sqlite3: BEGIN IMMEDIATE, before anything is read, so that the second program waits until the first has finished.",
    "PRAGMA journal_mode=WAL is a write too, and does not always wait for others. You can do without it.",
)
DAMAGE_HINTS = (
    "What comes out of your code when the file cannot be read: which errors, and where do you catch them?",
    "Catch the errors of whatever reads the file, and raise DamagedFile(…) in their place.",
    "Two may be at work: sqlite3 reads the rows, and json.loads what stands in them. Each has errors of its own.",
)
TAKEN_FOR_NEW_HINTS = (
    "What does your code take a damaged file for? Which errors do you catch, and what do you return then?",
    "That there is no file, and that there is one which cannot be read, are two things. Only the first is a new conversation.",
)
FORM_HINTS = (
    "Not every text that can be read is a conversation. What must it be, and what its parts?",
    "Look at what you have read before you return it: a list, and each message in it a dict.",
)
NOT_ALL_HINTS = (
    "How could you tell that the end is missing? What do you do with the part that is still good?",
    "A part of a conversation is a damaged file too. Is there something in your file that says how much there should be?",
)
PLACE_HINTS = (
    "What of the file do you look at before you return it? How would you notice that a piece of a text is not what was written?",
    "json.loads refuses a zero byte, and what stands behind the end; what is kept in another form may hold both. A checksum "
    "over all that was written (zlib.crc32, hashlib.sha256) notices either.",
)
NULL_HINTS = (
    "What comes from a row whose text is gone, and what does json.loads do with that? json.loads(None) raises TypeError.",
    "Catch TypeError as well where the rows are read. And look at what was read before you return it: is each of it a dict?",
)
LINE_END_HINTS = (
    "How are your lines read: which letters end a line there? str.splitlines() ends one at U+2028, at U+0085 and at others too.",
    'text.split("\\n") knows one line end only. Or let json.dumps escape such letters, as it does without ensure_ascii=False.',
)
ADVICE_HINTS = (
    "It says what is wrong. What would you do now, with this file in front of you? Say that.",
    "Write a sentence of four words or more, in which a verb says what to do: put a backup in its place, move it away …",
)
IN_USE_HINTS = (
    "“database is locked” says nothing of what is in the file. Which of your excepts catches it, and what do you do then?",
    "A locked file, or a full disk, is a sqlite3.OperationalError, and that is a kind of DatabaseError. Put an except of its own "
    "before the other one, and let it out: raise.",
    "Is it there to notice that there is no file, or no table? Ask for that before: path.exists(), CREATE TABLE IF NOT EXISTS.",
)
NOT_LET_IN_HINTS = (
    "Which errors do you catch where the file is read? What do they say of what is in it?",
    "Only FileNotFoundError says that there is no file. A PermissionError is an OSError too, and says that you may not look "
    "now: let it out.",
)
ADVICE = re.compile(  # what somebody is told who can do something; looked for only where the sentence is English
    r"\b(back-?up|restor\w*|recover\w*|repair\w*|mend\w*|fix\w*|replac\w*|renam\w*|remov\w*|delet\w*|mov(e|ing)|cop(y|ies)|"
    r"start|begin|try|use|look|edit|put|check|ask|bring|take|keep|save|choose|pick|contact|call|inspect|discard|throw|"
    r"download|undo|report|please|another|older|earlier|previous|revert\w*|roll(ing)?|swap|switch|run|rebuild|reload|recreate|"
    r"reset|go back|open (it|this|the file) (in|with))\b",
    re.I,
)
ENGLISH = re.compile(  # two of these, as one alone may be a word of another language
    r"\b(the|this|file|it|and|conversation|damaged|corrupt\w*|cannot|can't|could|read|unreadable|readable|invalid|valid|broken)\b",
    re.I,
)
SURELY_ENGLISH = re.compile(
    r"\b((is|was|could|does|can) ?not|(is|was) (damaged|corrupted|broken|invalid)|has been)\b", re.I
)
NO_SPACES = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # letters of languages that put none between words
WORD = re.compile(rf"[{NO_SPACES}]|[^\W\d_{NO_SPACES}]+")


@pytest.fixture(scope="module")
def room(challenge: Work) -> Iterator[Room]:
    with a_room(challenge) as made:
        yield made


def holding(room: Room, *said: list[Message]) -> Path:
    """The path of a conversation to which these turns were saved."""
    path, known = room.new(), 0
    for messages in said:
        save(room.challenge, path, messages, known)
        known += len(messages)
    return path


def save(challenge: Work, path: Path, messages: list[Message], known: int) -> None:
    """Save a turn where nothing is in the way."""
    try:
        challenge.call("save", path, messages, known)
    except NoUse as end:
        if isinstance(end.__context__, TookTooLong):
            end.problem.hints = WAITING_HINTS
        raise
    except NotYet as problem:
        scene, error = Scene(), problem.__cause__
        scene.show(SAVED_NOW, messages)
        scene.show(KNOWN, str(known))
        told = f"save raised {words(error, path)}" if error else ""
        if not known:
            expect_ready_for_the_first(challenge, scene, path, error, told)
        scene.expect(
            not (isinstance(error, OSError) and error.errno == errno.EXDEV),
            told,
            why="A file can take the place of another in one step only where both are on the same disk. Yours may not be: here, "
            "nothing can be renamed from elsewhere into the folder of `path`.",
            hint=OTHER_DISK_HINTS,
        )
        scene.expect(
            type(error).__name__ not in ("Conflict", "DamagedFile"),
            told,
            why=f"The file holds {known} messages, as many as `known` says, and all is well with it.",
            hint=(
                "Do you count messages, or turns? Is what you compare with `known` in the file, or somewhere else?",
                "len(…) of all messages that the file holds should be `known`.",
            )
            if type(error).__name__ == "Conflict"
            else WRITTEN_HINTS,
        )
        raise


def expect_ready_for_the_first(work: Work, scene: Scene, path: Path, error: BaseException | None, told: str) -> None:
    """Expect that this is not an error of code which looks for something that nobody has made yet."""
    no_table = isinstance(error, sqlite3.OperationalError) and "no such table" in str(error)
    no_file = isinstance(error, FileNotFoundError) and str(error.filename) == str(path)
    empty = path.is_file() and not path.stat().st_size
    made = "An empty one is there now: sqlite3.connect, for one, makes it, without a table. "
    scene.expect(
        not (no_table or no_file or isinstance(error, (ValueError, work.get("DamagedFile")))),
        f"No file was there, and {told}",
        why=f"{made if empty else ''}Every conversation begins with nothing, for which resume should return [].",
        hint=NEW_HINTS,
    )


@contextmanager
def not_judged() -> Iterator[None]:
    """Around what must work before a criterion can be judged: if it does not, there is another criterion for that."""
    try:
        yield
    except (NotYet, NoUse) as end:
        getattr(end, "problem", end).judged = False
        raise


def resume(challenge: Work, path: Path, scene: Scene, hint: tuple[str, ...] = WRITTEN_HINTS) -> list[Message]:
    """Resume where the file is whole, and note what came."""
    try:
        found = challenge.call("resume", path)
    except NotYet as problem:
        error = problem.__cause__
        scene.expect(
            type(error).__name__ != "DamagedFile",
            f"resume raised {words(error, path)}" if error else "",
            why="Nobody has touched the file: it is as your save has left it.",
            hint=hint,
        )
        raise
    scene.expect(
        isinstance(found, list) and all(isinstance(one, dict) for one in found),
        f"resume should return a list of messages, but what came back is {found!r:.60}.",
        why="Your caller adds a question to it, and sends it.",
        hint="Does every way through resume end in a return? Is it one list of dicts, not one of texts, rows or turns?",
    )
    scene.show(RETURNED, list(found))
    return found


# When nothing goes wrong


def test_nothing_was_saved_yet(challenge, room):
    """Where nothing was saved yet, resume returns an empty list"""
    scene, path = Scene(), room.new()
    try:
        challenge.call("resume", path)
    except NotYet as problem:
        told = f"resume raised {words(error_of(problem), path)}"
        expect_ready_for_the_first(challenge, scene, path, problem.__cause__, told)
        raise
    scene.expect(
        resume(challenge, room.new(), scene) == [],
        "There is no file, so that an empty list was expected.",
        why="Every conversation begins with nothing.",
        hint=NEW_HINTS,
    )


@given(said=st.lists(turns(), min_size=1, max_size=3))
@settings(max_examples=12)
def test_what_was_saved_comes_back(challenge, room, said):
    """What was saved comes back exactly as it was, turn after turn"""
    path, known = room.new(), []
    for messages in said:
        scene, handed = Scene(), deepcopy(messages)
        scene.show(FOUND, list(known))
        scene.show(SAVED_NOW, messages)
        save(challenge, path, handed, len(known))
        found = resume(challenge, path, scene)
        expect_all(scene, found, known, messages)
        scene.expect(
            handed == messages,
            "The turn that was handed in has changed.",
            why="Your caller goes on with it.",
            hint="Which of your lines changes the list `turn`, or a message in it?",
        )
        known = [*known, *messages]
        found.append(message("user", "only in the caller's list"))
    for number, one in enumerate(challenge.call("resume", path)):
        one["content"] = f"changed {number}"
    scene = Scene()
    scene.show("The list that resume had returned was changed", "and resume was called again")
    scene.expect(
        resume(challenge, path, scene) == known,
        "What the caller did to its list is in the conversation now.",
        why="What was saved stays as it was saved, until something is saved again.",
        hint="Where does resume get the messages from: from the file, each time?",
    )


def test_rare_line_ends_come_back(challenge, room):
    """A text with rare line ends, such as U+2028, comes back as it was"""
    with not_judged():
        holding(room, turn(31))
    for end in LINE_ENDS:
        path, scene = room.new(), Scene()
        said = [message("user", f"one{end}two{end}"), message("assistant", f"{end}three")]
        scene.show("Saved were two texts with the letter", f"{json.dumps(end)} (U+{ord(end):04X})")
        raised, found = None, None
        try:
            challenge.call("save", path, said, 0)
            found = challenge.call("resume", path)
        except NotYet as problem:
            raised = error_of(problem)
        scene.expect(
            found == said,
            f"{words(raised, path)} was raised." if raised else f"What came back is {found!r:.100}",
            why="People paste such letters from mails and from word processors, without knowing it.",
            hint=LINE_END_HINTS,
        )


def expect_all(scene: Scene, found: list[Message], known: list[Message], messages: list[Message]) -> None:
    """Expect that the messages known before came back, and after them the new ones."""
    expected = [*known, *messages]
    scene.expect(
        found != messages or not known,
        "Only the newest turn came back.",
        why="A conversation is all of its turns.",
        hint="What becomes of what the file held before?",
    )
    scene.expect(
        len(found) == len(expected),
        f"{len(found)} messages came back, and {len(expected)} were saved.",
        why="Each one that is missing is forgotten, and each one too many was never said.",
        hint="What becomes of the turns that the file held before, and of each message of the new one?",
    )
    scene.expect(
        sorted(map(repr, found)) != sorted(map(repr, expected)) or found == expected,
        "The messages are not in their order.",
        why="The model reads them in this order.",
        hint="In which order are they read from the file? Rows of a table have none unless you ask for it: ORDER BY.",
    )
    odd = next(((one, wanted) for one, wanted in zip(found, expected, strict=True) if one != wanted), ({}, {}))
    lost = sorted(map(str, odd[1].keys() - odd[0].keys()))
    scene.expect(
        not lost,
        f"A message came back without {', '.join(lost)}.",
        why="The model reads less than was said, and a result without its tool_call_id is refused by the server.",
        hint="Which keys can a message have? Keep the whole dict, not only the keys that you know of.",
    )
    key = next((key for key in odd[1] if odd[0].get(key) != odd[1][key]), "")
    scene.expect(
        found == expected,
        f"A message was saved with {key} {odd[1].get(key)!r:.60}, and came back with {odd[0].get(key)!r:.60}.",
        why="The model should read what was said, letter by letter.",
        hint=(
            "Which letters can your file hold, and can it tell None from a text, a list from a text?",
            'json.dumps(message) keeps all of that. And a text file is opened with encoding="utf-8".',
        ),
    )


def test_conversations_do_not_mix(challenge, room):
    """Two conversations in one folder do not mix, and all of one is in its file"""
    ana = holding(room, turn(1))
    ben = ana.with_name("ben.chat")
    expect_others_left_alone(challenge, room, ana.read_bytes() if ana.is_file() else b"")
    scene = Scene()
    scene.show("One file of the folder holds", turn(1))
    save(challenge, ben, turn(2), 0)
    scene.show("In another one was saved", turn(2))
    for path, expected in ((ben, turn(2)), (ana, turn(1))):
        scene.expect(
            (found := challenge.call("resume", path)) == expected,
            f"resume({path.name!r}) returned {found!r:.100}",
            why="One user would read what another one has said.",
            hint="Where do you keep the messages? Does that place depend on `path`?",
        )
    here = [*Path().glob("*")]
    scene.expect(
        not here and ana.is_file(),
        f"There is no file {ana.name!r} in its folder."
        if not ana.is_file()
        else f"Something was written into the folder in which the program was started: {here[0].name if here else ''!r}.",
        why="All that is kept is in `path`, where its owner can copy it, or take it away.",
        hint=(
            "Which path do you open? A name without a folder is in the folder in which the program was started.",
            "path.with_name(path.name + …) is beside it.",
        ),
    )
    copy, scene = room.new({ana.name: ana.read_bytes()}), Scene()
    scene.show("In the folder was saved", turn(1))
    scene.show("The file was copied into another folder", ana.name)
    scene.expect(
        (found := resume(challenge, copy, scene, IN_ONE_FILE_HINTS)) == turn(1),
        f"{len(found)} messages came back.",
        why="Whoever keeps a backup of the file, or sends it, wants to have the whole conversation.",
        hint=IN_ONE_FILE_HINTS,
    )


def expect_others_left_alone(challenge: Work, room: Room, content: bytes) -> None:
    """Save where conversations with names of the same beginning are in the folder, and expect them to stay."""
    path = room.new(dict.fromkeys(NAMED_ALIKE, content))
    for known in (0, 2):
        scene = Scene()
        scene.show("In the folder are other conversations", f"{', '.join(NAMED_ALIKE[:3])} …")
        scene.show(SAVED_NOW, turn(1 + known))
        save(challenge, path, turn(1 + known), known)
        left = files_in(path.parent)
        changed = [name for name in NAMED_ALIKE if left.get(name) != content]
        scene.expect(
            not changed,
            f"Another conversation, {changed[0] if changed else ''!r}, is no longer what it was after a save to {path.name!r}.",
            why="Each file of the folder may be somebody's conversation, whatever its name ends with.",
            hint=(
                "Which files does save write beside `path`, and whose could they be?",
                "path.with_suffix(…) takes the end of the name away, so that files of several names meet. "
                'path.with_name(path.name + ".tmp") has the whole name in it.',
            ),
        )


# Somebody else


def test_another_program_is_seen(challenge, room):
    """What another program has saved is there"""
    path, scene = holding(room, turn(3)), Scene()
    scene.show(FOUND, challenge.call("resume", path))
    scene.show("Another program saved", turn(4))
    told = job(room, scene, path, turn(4), 2)
    scene.expect(
        told.outcome == SAVED,
        f"In that program save raised {words(told.outcome, path)}{told.place}",
        why="A program that is started tomorrow knows nothing but the file.",
        hint="Does your code need something that only the first program has in its memory?",
    )
    expect_saved(scene, resume(challenge, path, scene), [*turn(3), *turn(4)])


def expect_saved(scene: Scene, found: list[Message], expected: list[Message]) -> None:
    scene.expect(
        found == expected,
        f"{len(expected)} messages were expected, the other program's among them.",
        why="What is not in the answer of resume is not known to the model, and the next save may destroy it.",
        hint="Where does resume get the messages from? Does something of an earlier call still stand in a variable?",
    )


def job(room: Room, scene: Scene, path: Path, messages: list[Message], known: int) -> Done:
    """Let another program save a turn."""
    try:
        return room.programs[0].do(kind="saved", path=path, turn=messages, known=known)
    except Stuck:
        return stuck(scene)


def stuck(scene: Scene, hint: Sequence[str] = ("Which of your lines can wait for ever, and for what?",)) -> Any:
    scene.expect(False, "save did not end within 3 seconds.", why="The user is waiting.", hint=hint)


def test_the_second_writer_gets_a_conflict(challenge, room):
    """Where the file does not hold `known` messages, save raises Conflict, and nothing is changed"""
    Conflict = challenge.get("Conflict")
    longer = [message("user", "And?"), message("assistant", None, tool_calls=[]), *turn(6)[:1], turn(6)[1]]
    cases = (
        ([turn(3), longer], 5, "Somebody has counted one too few"),
        ([turn(3), longer], 7, "Somebody has counted one too many"),
        ([], 1, "Somebody has counted one too many"),
        ([turn(3), longer], 2, "Another program has added 4 messages"),
        ([turn(3), longer], 3, "Somebody has counted wrong"),
        ([turn(3), longer], 0, "A program begins anew"),
        ([turn(3)], 6, "Somebody has put an older file there"),
        ([], 2, "Somebody has taken the file away"),
    )
    for said, known, story in cases:
        path, scene = holding(room, *said), Scene()
        before = [one for messages in said for one in messages]
        scene.show(FOUND, before)
        scene.show(story, f"`known` is {known}")
        why = "The turn rests on a conversation that is no longer this one. Your caller should resume, and ask again."
        hint: tuple[str, ...] = (
            "How does save find out that somebody else was there? Compare what it knows with what the file holds.",
            "Is there a `known` for which you do not even look, such as 0? And what if the file holds fewer?",
        )
        raised: BaseException | None = None
        try:
            challenge.call("save", path, turn(7), known)
        except NotYet as problem:
            raised = error_of(problem)
        after = resume(challenge, path, scene, LEFT_BY_CONFLICT_HINTS)
        scene.expect(
            raised is not None,
            f"The file holds {len(before)} messages, `known` is {known}, and save did as if all were well"
            + (". What was there is lost." if after[: len(before)] != before else "."),
            why=why,
            hint=hint[::-1] if known > len(before) else hint,
        )
        scene.expect(
            isinstance(raised, Conflict),
            f"Conflict was expected, but save raised {words(raised, path) if raised else ''}",
            why=why,
            hint="Which line raises that? Compare first, and raise Conflict(…) yourself.",
        )
        scene.expect(
            after == before,
            "save raised Conflict, but what the file holds has changed.",
            why="Your caller resumes, asks again and saves: half of the turn would be there twice.",
            hint="What has been written by the time you find out? With sqlite3: is it rolled back?",
        )


# Damage


def whole_file(room: Room) -> bytes:
    """A file that is not damaged yet, and larger than what any form of it reads at once."""
    with not_judged():
        path, scene = holding(room, *WHOLE), Scene()
        scene.expect(
            path.is_file(),
            f"There is no file {path.name!r} in its folder.",
            why="All that is kept is in `path`.",
            hint=IN_ONE_FILE_HINTS,
        )
        expect_all(scene, resume(room.challenge, path, scene), ALL[:-2], ALL[-2:])
        return path.read_bytes()


def expect_damage_found(
    challenge: Work,
    scene: Scene,
    path: Path,
    readable: bool,
    name: str,
    *arguments: Any,
    in_one_place: bool = False,
) -> BaseException:
    """Call resume or save with a damaged file, and expect DamagedFile, and that the file stays as it is."""
    DamagedFile = challenge.get("DamagedFile")
    content, raised, found = path.read_bytes(), None, None
    try:
        found = challenge.call(name, path, *arguments)
    except NotYet as problem:
        raised = error_of(problem)
    after = path.read_bytes() if path.is_file() else None
    scene.show(f"{name} raised" if raised else f"{name} returned", words(raised, path) if raised else found)
    scene.expect(
        after == content,
        "The damaged file is no longer there." if after is None else f"{name} has changed the damaged file.",
        why="What is left in it may be all that is left of the conversation, and somebody may be able to mend it.",
        hint=(
            "What does your code take a damaged file for? And what does it then write?",
            "Read before you write, and let DamagedFile come out of save too.",
        ),
    )
    if raised is None:
        not_noticed(scene, name, found, readable, in_one_place)
    wrong_form = readable or isinstance(raised, (TypeError, KeyError, AttributeError))
    scene.expect(
        isinstance(raised, DamagedFile),
        f"DamagedFile was expected, but {name} raised {words(raised, path) if raised else ''}",
        why="Whoever uses your functions has to know one error, whatever is in the file, and however you read it.",
        hint=NULL_HINTS if "NoneType" in str(raised) else FORM_HINTS if wrong_form else DAMAGE_HINTS,
    )
    return raised


def not_noticed(scene: Scene, name: str, found: Any, readable: bool, in_one_place: bool) -> None:
    """Say that a damaged file was not noticed, and what it was taken for."""
    some = name == "resume" and found != []
    a_part = some and isinstance(found, (list, tuple)) and list(found) == ALL[: len(found)]
    hint = FORM_HINTS if some or (readable and found != []) else TAKEN_FOR_NEW_HINTS
    scene.expect(
        False,
        f"{len(found)} of 10 messages came back as if that were all."
        if a_part
        else "What came back is no conversation."
        if some and not in_one_place
        else "What came back is not what was saved."
        if some
        else "Nothing says that the file is damaged.",
        why="A damaged file that looks like a new conversation, or like a shorter one, is noticed when it is too late.",
        hint=NOT_ALL_HINTS if a_part else PLACE_HINTS if some and in_one_place else hint,
    )


def test_a_damaged_file_is_reported(challenge, room):
    """Where the file is damaged, resume raises DamagedFile, and leaves it as it is"""
    content = whole_file(room)
    for scene, path, readable in damage(room, content):
        expect_damage_found(challenge, scene, path, readable, "resume")
    expect_damage_found_beside_others(challenge, room)


def expect_damage_found_beside_others(challenge: Work, room: Room) -> None:
    """The same where whatever save keeps beside the file is still there. All may come back from that, but not a part."""
    files = files_in(holding(room, *WHOLE).parent)
    beside = [name for name in files if name != NAME]
    for scene, path, readable in damage(room, files[NAME] or b"", beside=files) if beside else ():
        scene.show("Beside it is still", ", ".join(beside))
        with suppress(NotYet):
            if challenge.call("resume", path) == ALL:
                continue
        expect_damage_found(challenge, scene, path, readable, "resume")


def test_the_error_says_what_to_do(challenge, room):
    """The error names the file, and says what the user can do"""
    content = whole_file(room)
    for scene, path, readable in [*damage(room, content)][::3]:
        with not_judged():
            raised = expect_damage_found(challenge, scene, path, readable, "resume")
        text = str(raised)
        why = "It is read by somebody who wants their conversation back, and did not write this program."
        scene.expect(
            path.name in text,
            f"The message does not name the file, {path.name!r}. It is: “{text}”",
            why=why,
            hint="Which file? Put path into the text, with an f-string.",
        )
        own = text
        for other in (raised.__cause__, raised.__context__):
            if other and path.name not in str(other) and not challenge.raised_by_hand(other):
                own = own.replace(str(other), "")
        own = own.replace(str(path), "X").replace(path.name, "X")  # a word of the sentence
        english = SURELY_ENGLISH.search(own) or len({word.lower() for word in ENGLISH.findall(own)}) >= 2
        scene.expect(
            len(WORD.findall(own)) >= 4 and (ADVICE.search(own) or not english),
            f"The message does not say what the user can do now. It is: “{words(text, path)}”",
            why=why,
            hint=ADVICE_HINTS,
        )


def test_save_leaves_a_damaged_file_alone(challenge, room):
    """save raises DamagedFile too, and overwrites nothing"""
    content = whole_file(room)
    for known in (10, 0):
        for scene, path, readable in damage(room, content, inside=False):  # save need not look at what the messages say
            scene.show(KNOWN, str(known))
            left = path.read_bytes()
            try:
                expect_damage_found(challenge, scene, path, readable, "save", turn(6), known)
            except (NotYet, NoUse) as end:
                same_fault = path.is_file() and path.read_bytes() == left and overlooked(challenge, path)
                getattr(end, "problem", end).judged &= not same_fault
                raise


def overlooked(challenge: Work, path: Path) -> bool:
    """Whether resume does not notice either that this file is damaged."""
    try:
        challenge.call("resume", path)
    except NotYet as problem:
        return not isinstance(problem.__cause__, challenge.get("DamagedFile"))
    return True


def test_a_file_in_use_is_neither_new_nor_damaged(challenge, room):
    """A file that another program is using is taken neither for a new one nor for a damaged one"""
    content = whole_file(room)
    database = content.startswith(b"SQLite format 3\0")
    hint = IN_USE_HINTS if database else NOT_LET_IN_HINTS
    cases: list[tuple[str, tuple]] = [("resume", ()), ("save", (turn(6), len(ALL))), ("save", (turn(6), 0))]
    for name, arguments in cases[: 2 if database else 3]:
        path, scene, raised, found = room.new({NAME: content}), Scene(), None, None
        what = (
            "Another program is writing, and has locked the file"
            if database
            else "Another program lets nobody open the file"
        )
        scene.show(what, "BEGIN EXCLUSIVE" if database else "PermissionError")
        if arguments:
            scene.show(KNOWN, str(arguments[1]))
        with in_use(path) if database else not_let_in(path):
            try:
                found = challenge.call(name, path, *arguments)
            except NotYet as problem:
                raised = error_of(problem)
        scene.show(f"{name} raised" if raised else f"{name} returned", words(raised, path) if raised else found)
        why = "It lasts for a moment. To wait, or to say that the file is in use, is all that is needed."
        scene.expect(
            not isinstance(raised, challenge.get("DamagedFile")),
            f"{name} says that the file is damaged, and it is only in use.",
            why=f"{why} Who puts a backup in its place now loses what is being written.",
            hint=hint,
        )
        if name == "save":
            found = challenge.call("resume", path)
            scene.show("and then resume returned", found)
        scene.expect(
            (raised and name == "resume") or found == (ALL if raised or name == "resume" else [*ALL, *turn(6)]),
            f"{len(ALL)} messages are in the file, and resume did as if there were {len(found) or 'none'}."
            if name == "resume" and isinstance(found, list)
            else "save did as if all were well, and the turn is not there."
            if not raised
            else f"What {name} left is not what was there.",
            why=why,
            hint=hint,
        )


# Killed


@dataclass
class Killed:
    """A save that was killed: what was there before, what was being saved, and what it left."""

    before: list[Message]
    turn: list[Message]
    left: Left

    def scene(self) -> Scene:
        scene = Scene()
        scene.show(FOUND, self.before)
        scene.show(SAVED_NOW, self.turn)
        scene.show(KILLED, f"line {self.left.line}: {self.left.code}")
        for name, content in self.left.files.items():
            scene.show(LEFT, f"{name}, {'a folder' if content is None else f'{len(content):,} bytes'}")
        return scene


@pytest.fixture(scope="module")
def kills(challenge: Work, room: Room) -> Callable[[], list[Killed]]:
    """Save turns in another program, and collect what would be left of each if that were killed."""
    cases: list[Killed] = []

    def collected() -> list[Killed]:
        if not cases:
            said = ([turn(11), turn(12, 30)], turn(13)), ([turn(14)], [*turn(15, 1500), *turn(16)]), ([], turn(17, 900))
            for before, messages in said:
                cases.extend(collect(room, before, messages))
            room.programs[1].end()  # whoever looks for it, by its number in a lock, finds that it is gone
        return cases

    return collected


def collect(room: Room, before: list[list[Message]], messages: list[Message]) -> list[Killed]:
    path, held, scene = holding(room, *before), [one for said in before for one in said], Scene()
    scene.show(FOUND, held)
    scene.show(SAVED_NOW, messages)
    try:
        done = room.programs[1].do(kind="killed", path=path, turn=messages, known=len(held))
    except Stuck:
        return stuck(scene)
    with not_judged():
        scene.expect(
            done.outcome == SAVED,
            f"Another program could not save a turn: {words(done.outcome, path)}{done.place}",
            why="A program that is started tomorrow knows nothing but the file.",
            hint="Does your code need something that only the first program has in its memory?",
        )
        expect_saved(scene, resume(room.challenge, path, scene), [*held, *messages])
    return [Killed(held, messages, left) for left in done.left]


def test_a_kill_destroys_nothing(challenge, room, kills):
    """A program that is killed at any point of save leaves what was there, or that with the whole new turn"""
    for case in kills():
        scene, path = case.scene(), room.new(case.left.files)
        gone = path.name not in case.left.files and case.before
        raised, found = None, []
        try:
            found = challenge.call("resume", path)
        except NotYet as problem:
            raised = error_of(problem)
        if not raised:
            scene.show(RETURNED, found)
        why = "The power fails, somebody closes the window, the system needs memory: one day it is this line."
        half = isinstance(found, list) and found[: len(case.before)] == case.before
        scene.expect(
            raised is None and (found in (case.before, [*case.before, *case.turn])),
            "There is no file any more, and with it all that was said."
            if gone
            else f"resume raised {words(raised, path)}"
            if raised
            else "Only a part of the new turn is there."
            if half
            else "What was there before is lost.",
            why=why if not half or raised else WHY_WHOLE,
            hint=REMOVED_HINTS if gone else HALF_HINTS if half and not raised else KILLED_HINTS,
        )


def test_a_kill_leaves_nothing_in_the_way(challenge, room, kills):
    """After a kill, save and resume work as ever"""
    more = turn(18)
    for case in kills():
        scene, path = case.scene(), room.new(case.left.files)
        found = resume(challenge, path, scene)
        scene.show("Then this was to be saved", more)
        why, raised = "A program that was killed is started again, and should then work, without anybody's help.", ""
        try:
            challenge.call("save", path, more, len(found))
        except NoUse as end:
            if not isinstance(end.__context__, TookTooLong):
                raise
            raised = "It waits, and does not end."
        except NotYet as problem:
            raised = f"It raised {words(error_of(problem), path)}"
        scene.expect(not raised, f"The next save does not work. {raised}", why=why, hint=LEFT_BEHIND_HINTS)
        after = challenge.call("resume", path)
        scene.show("and resume returned", after)
        scene.expect(
            after == [*found, *more],
            "What was saved after the kill is not there as it should be.",
            why=why,
            hint=LEFT_BEHIND_HINTS,
        )


# At the same moment


def test_of_two_programs_one_saves(challenge, room):
    """Of two programs that save at the same moment one succeeds, and the other gets Conflict"""
    for before, moments in (([turn(21), turn(22, 20)], MOMENTS), ([], 4)):
        path = holding(room, *before)
        files, held = files_in(path.parent), [one for said in before for one in said]
        steps = count_steps(room, files, held)
        for hold in [*sorted({steps * n // moments for n in range(moments)}), None, None, None]:
            expect_one_winner(challenge, room, files, held, hold)


def count_steps(room: Room, files: Files, held: list[Message]) -> int:
    """How many calls that leave Python a save makes."""
    scene = Scene()
    try:
        job = {"kind": "saved", "path": room.new(files), "turn": turn(23), "known": len(held), "hold": 1 << 30}
        return room.programs[0].do(**job).steps
    except Stuck:
        return stuck(scene)


def expect_one_winner(challenge: Work, room: Room, files: Files, held: list[Message], hold: int | None) -> None:
    """Let two programs save. Before the step `hold` the first is held up until the second has saved, or waits for it."""
    path, scene = room.new(files), Scene()
    one, other = room.programs
    jobs = [{"kind": "saved", "path": path, "turn": turn(number), "known": len(held)} for number in (24, 25)]
    scene.show(FOUND, held)
    scene.show("One program saves", jobs[0]["turn"])
    scene.show("and another one at the same time", jobs[1]["turn"])
    try:
        if hold is None:
            one.start(**jobs[0])
            other.start(**jobs[1])
            first = one.result()
        else:
            one.start(**jobs[0], hold=hold)
            first = one.result()
            if isinstance(first, int):
                line = linecache.getline(str(challenge.path), first).strip()
                scene.show(HELD, f"line {first}: {line}")
            other.start(**jobs[1], read=True)
            other.waits()
            if isinstance(first, int):
                one.go_on()
                first = one.result()
        second = other.result()
    except Stuck:
        return stuck(scene, BUSY_HINTS)
    scene.show("To the first one, save said", words(first.outcome, path))
    scene.show("and to the other one", words(second.outcome, path))
    whole = [held, [*held, *turn(24)]]
    if second.found is not None:
        scene.expect(
            second.found in whole,
            f"The other program called resume in between, which raised {second.found}"
            if isinstance(second.found, str)
            else "The other program called resume in between, and read something that was never said.",
            why="While one writes, another one may read: what was there before, or what is there afterwards.",
            hint=KILLED_HINTS if "Damaged" in str(second.found) or not isinstance(second.found, str) else BUSY_HINTS,
        )
    expect_a_fair_end(challenge, scene, path, held, [first, second])
    return None


def expect_a_fair_end(challenge: Work, scene: Scene, path: Path, held: list[Message], done: list[Done]) -> None:
    strange = [f"{words(one.outcome, path)}{one.place}" for one in done if one.outcome not in (SAVED, CONFLICT)]
    saved = [turn(24 + number) for number, one in enumerate(done) if one.outcome == SAVED]
    raised, found = None, []
    try:
        found = challenge.call("resume", path)
    except NotYet as problem:
        raised = error_of(problem)
    if not raised:
        scene.show("In the end, resume returned", found)
    why = "Two windows, two servers, a script at night: whoever is told that a turn was saved relies on it."
    scene.expect(
        raised is None,
        f"The file is no longer what it should be: {words(raised, path) if raised else ''}",
        why=why,
        hint=LOCK_HINTS,
    )
    scene.expect(
        not strange,
        f"The slower of the two should get Conflict, or wait, but it got {strange[0] if strange else ''}",
        why="It is no fault of the file or of the user, and to resume and ask again is all that is needed.",
        hint=BUSY_HINTS,
    )
    scene.expect(
        saved,
        "Both programs got Conflict, and nobody's turn was saved.",
        why="If both give way, and try again, that can go on for ever.",
        hint="Who is first? Whoever has the lock saves, and only the other one gets Conflict.",
    )
    scene.expect(
        len(saved) == 1,
        "Both were told that their turn was saved, although neither knew of the other one's"
        + (". Only one of the turns is there." if len(found) < len(held) + 4 else "."),
        why=why,
        hint=LOCK_HINTS,
    )
    scene.expect(
        found == [*held, *saved[0]],
        "What resume returns is not what was there, and then the turn that was saved.",
        why=why,
        hint=LOCK_HINTS,
    )


# Damage in one place


def test_damage_in_one_place_is_found(challenge, room):
    """Zeros, rubbish or a strange row in one place: all that was saved comes back, or DamagedFile"""
    content = whole_file(room)
    random = drawn(challenge)
    for what, how, left in holes(content, random):
        expect_all_or_damage(challenge, room, what, how, left)
    for what, how, left in [*other_values(content), *changed_bytes(content, random)]:
        expect_all_or_damage(challenge, room, what, how, left, letters=True)
    expect_save_leaves_holes(challenge, room, content)


def expect_all_or_damage(challenge: Work, room: Room, what: str, how: str, left: bytes, letters: bool = False) -> None:
    """Expect DamagedFile, or all that was saved. With `letters`, what a message says may be something else.

    sqlite3 tells of a text that cannot be decoded with the error with which it tells of a file in use: that is let pass.
    """
    scene, path = Scene(), room.new({NAME: left})
    scene.show(what, how)
    found = None
    try:
        found = challenge.call("resume", path)
    except NotYet as problem:
        if letters and isinstance(error_of(problem), sqlite3.OperationalError):
            return
    same_form = isinstance(found, list) and len(found) == len(ALL) and all(isinstance(one, dict) for one in found)
    if found == ALL or (letters and same_form):
        return
    path.write_bytes(left)
    expect_damage_found(challenge, scene, path, False, "resume", in_one_place=True)


def expect_save_leaves_holes(challenge: Work, room: Room, content: bytes) -> None:
    """A save that does not notice a hole may add its turn. But nothing else than DamagedFile or Conflict may come of it."""
    for what, how, left in [*other_values(content), *holes(content, drawn(challenge))][::2]:
        scene, path, raised = Scene(), room.new({NAME: left}), None
        scene.show(what, how)
        scene.show(KNOWN, "10")
        try:
            challenge.call("save", path, turn(6), 10)
        except NotYet as problem:
            raised = error_of(problem)
        expected = (challenge.get("DamagedFile"), challenge.get("Conflict"))
        scene.expect(
            raised is None or isinstance(raised, expected),
            f"DamagedFile was expected, but save raised {words(raised, path) if raised else ''}",
            why="Whoever uses your functions has to know one error, whatever is in the file, and however you read it.",
            hint=NULL_HINTS if "NoneType" in str(raised) else DAMAGE_HINTS,
        )
        scene.expect(
            raised is None or path.read_bytes() == left,
            f"save raised {type(raised).__name__}, but it has changed the damaged file.",
            why="What is left in it may be all that is left of the conversation, and somebody may be able to mend it.",
            hint="What has been written by the time you find out? Read before you write.",
        )
