"""Programs that know facts about users: what there is to know, and one program after the other that uses a learner's code."""

from __future__ import annotations

import builtins
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any, NamedTuple

import httpx2
import openai
import pytest

import chat_memory
from common import MODEL

from ..engine import learner_code
from ..engine.criteria import Message, NotYet, Scene
from ..engine.learner_code import Guarded, Work
from ..engine.other_programs import files_in
from ..engine.text_hashes import METHOD, Hash, rewritten
from ..engine.told_once import shortened, told_once
from ..situations.told_facts import COLOURS, DAYS, NAMES, NUMBERS, THINGS, TalkingServer, call_with_client, spoken

RAM = Path("/dev/shm")  # a disk in memory: nothing in this folder waits for a real one
REMEMBERED, CORRECTED = "It was remembered", "It was corrected to"
SENT, ANSWERED = "You sent", "answer returned"
KINDS = {  # what is known: what is asked, and what can be known
    "The user's dog is called {}.": ("What is my dog called?", NAMES),
    "The user's locker number is {}.": ("What is my locker number?", NUMBERS),
    "The user's favourite colour is {}.": ("What is my favourite colour?", COLOURS),
    "The user's flight is on {}.": ("When is my flight?", DAYS),
    "The spare key is under the {}.": ("Where is the spare key?", THINGS),
    "The user's budget is {} euros.": ("What is my budget?", NUMBERS),
}
FOOD = "soup rice bread salad cheese toast pasta curry".split()
LOCKED = ("What has the program before this one not finished? A change counts, and is over, with its commit.",)
SQL = (
    "How does a text get into your SQL: as a part of the statement, or as a value beside it?",
    'Write ? in the statement, and hand the values over beside it: execute("… WHERE user = ?", (user,)).',
)
NO_KEY = "Which keys are there? Print them in the line before. (Keys that come out of JSON are texts: '1', and not 1.)"
NONE = "What is None there: what a function without return gives, or fetchone where there is no row? And what should happen then?"
OTHER_TYPE = "Which value is of another type than you thought? Print it, and its type, in the line before."
FIRST_FACT = (
    "This is the first fact of this user. What stands under the name before it?",
    "In a dict, setdefault(user, []) puts an empty list there if there is nothing yet.",
)
STRANGER = (
    "This user has said nothing yet. What should `known` return then?",
    "A dict gives what stands under a name with get(user, []), and that is [] where nothing does.",
)
FILE_NAME = (
    "Does the name of the user become the name of a file? Which signs can that hold, and how many of them?",
    "hashlib.sha256(user.encode()).hexdigest() is as long for every name, and two names never have the same.",
)
MATCHING = (
    "Full-text search reads your question in a language of its own: what do signs, AND and NOT mean there?",
    "Take the words of words_of, put each of them between double quotes, and write OR between them.",
)


class Known(NamedTuple):
    """A fact, the question for it, and the word that only somebody who knows it can say."""

    text: str
    asked: str
    word: str


class Hints(NamedTuple):
    """A question, and what comes after it for somebody with a database, and for others."""

    asked: str
    database: tuple[str, ...]
    other: tuple[str, ...]

    def of(self, program: Program) -> tuple[str, ...]:
        return (self.asked, *(self.database if program.has_database() else self.other))


def some(random: Random, kinds: int = len(KINDS)) -> list[Known]:
    """Facts of different kinds."""
    texts = random.sample(sorted(KINDS), kinds)
    words: list[str] = []
    for text in texts:
        words.append(random.choice([word for word in KINDS[text][1] if word not in words]))
    return [Known(text.format(word), KINDS[text][0], word) for text, word in zip(texts, words, strict=True)]


def other(fact: Known, random: Random) -> Known:
    """The same kind of fact, with another word."""
    kind = next(text for text, (asked, _) in KINDS.items() if asked == fact.asked)
    word = random.choice([word for word in KINDS[kind][1] if word != fact.word])
    return Known(kind.format(word), fact.asked, word)


def lunches(random: Random, number: int) -> list[str]:
    """Facts that matter to no question here."""
    return [f"The lunch of day {day} is {random.choice(FOOD)}." for day in random.sample(range(1, 300), number)]


def text_of(request: list[Message]) -> str:
    """All that a request says."""
    return "\n".join(text for _, text in spoken(request))


class AskedServer(TalkingServer):
    """One that writes down which model each request names."""

    def __init__(self) -> None:
        super().__init__()
        self.models: list[str] = []
        self._client: openai.OpenAI | None = None

    def client(self) -> openai.OpenAI:
        """The same client as long as nobody has closed it: to make one takes longer than a request."""
        if self._client is None or self._client.is_closed():
            self._client = super().client()
        return self._client

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        self.models += [str(body.get("model"))] * ("messages" in body)
        return super().handle(request)


class Program:
    """A program with the learner's code, which uses the facts of one file."""

    def __init__(self, challenge: Work, path: Path, server: AskedServer) -> None:
        self.challenge, self.path, self.server, self.facts = challenge, path, server, None
        self.users: set[str] = set()  # of whom something was remembered
        self.databases: list[bool] = []  # of each file, whether it is one of SQLite
        self.start()

    def start(self) -> None:
        """End the program, if it runs, and start it again: what it had in memory is gone, and what it would write last."""
        folder = self.path.parent
        files = files_in(folder)
        self.facts = None
        self.challenge._module = None
        after = files_in(folder)
        for name in files.keys() | after.keys():
            with suppress(OSError):
                if name not in files and after[name] is not None:
                    (folder / name).unlink()
                elif files.get(name) is not None and files[name] != after.get(name):
                    (folder / name).write_bytes(files[name])
        with explained():
            self.challenge.get("Facts")
            self.hash = Hash()
            vars(self.challenge._module).setdefault("hash", self.hash)
            vars(self.challenge._module)[METHOD] = self.hash.method
            self.facts = self.opened(self.path)

    def opened(self, path: Path) -> Guarded:
        """The facts of a file: of the learner's class, or what a function called Facts returns."""
        facts = self.challenge.call("Facts", path)
        return facts if isinstance(facts, Guarded) else Guarded(self.challenge, facts)

    def has_database(self) -> bool:
        """Whether a file in the folder is one of SQLite: the first ones tell."""
        if not self.databases:
            self.databases = [is_database(path) for path in self.path.parent.rglob("*") if path.is_file()]
        return any(self.databases)

    def remember(self, user: str, text: str) -> int:
        number = self._number("remember", user, text)
        self.users.add(user)
        return number

    def correct(self, user: str, number: int, text: str) -> int:
        return self._number("correct", user, number, text)

    def forget(self, user: str, number: int) -> None:
        with self._explained("forget", user):
            self.facts.forget(user, number)

    def known(self, user: str) -> list[str]:
        return self._texts("known", user)

    def about(self, user: str, question: str, **limit: int) -> list[str]:
        return self._texts("about", user, question, **limit)

    def ask(self, scene: Scene, user: str, question: str) -> tuple[str, list[list[Message]]]:
        """Ask a question; returns the reply, and what was sent for it."""
        scene.show(f"{user!r} asks", question)
        before, start = self.known(user), len(self.server.requests)
        with self._explained("answer", user):
            reply = call_with_client(self.challenge, scene, self.server, "answer", self.facts._thing, user, question)
        sent, replies = self.server.requests[start:], self.server.replies[start:]
        why = "What the user reads is what the model says to the question, with the facts before it."
        scene.expect(
            sent, "The model was not asked.", why=why, hint="Where does answer call client.chat.completions.create?"
        )
        scene.show(SENT, sent[-1])
        scene.show(ANSWERED, reply)
        with told_once(self.challenge, "answer"):
            scene.expect(
                isinstance(reply, str) and reply.strip() == (replies[-1] or "").strip(),
                f"answer should return the text of the model's reply, which was {shortened(repr(replies[-1]), 100)}",
                why=why,
                hint="What comes back from the model, where in it is the text, and does answer return that, all of it?",
            )
            other = next((name for name in self.server.models[start:] if name != MODEL), MODEL)
            scene.expect(
                other == MODEL,
                f"The request names the model {other!r}, and MODEL is {MODEL!r}.",
                why="MODEL is the one that the settings name. No other one may be there, or be what it costs.",
                hint="Which model does answer ask for? It is model=MODEL, from common.",
            )
        scene.expect(
            any(role == "user" and question in text for role, text in spoken(sent[-1])),
            "The question was not sent as it is.",
            why="The model should answer what the user has asked.",
            hint="Which message of the request is the user's question, and is its content the question, word for word?",
        )
        scene.expect(
            self.known(user) == before,
            "answer has changed what is known.",
            why="A question is no fact, and asking changes nothing.",
            hint="Which line of answer stores something?",
        )
        return reply, sent

    def _number(self, method: str, *arguments: Any) -> int:
        scene = Scene.newest or Scene()
        with self._explained(method, arguments[0]):
            number = getattr(self.facts, method)(*arguments)
        with told_once(self.challenge, method):
            scene.expect(
                isinstance(number, int) and not isinstance(number, bool),
                f"{method} should return the number of the fact, but it returned {shortened(repr(number), 60)}.",
                why="By this number the fact can be corrected and forgotten.",
                hint="Does every way through it end in a return?"
                + (" A row that was inserted has its number in cursor.lastrowid." if self.has_database() else ""),
            )
        return number

    def _texts(self, method: str, *arguments: Any, **named: Any) -> list[str]:
        scene = Scene.newest or Scene()
        with self._explained(method, arguments[0]):
            texts = getattr(self.facts, method)(*arguments, **named)
        with told_once(self.challenge, method):
            scene.expect(
                isinstance(texts, (list, tuple)) and all(isinstance(text, str) for text in texts),
                f"{method} should return a list of texts, but it returned {shortened(repr(texts), 80)}.",
                why="Whoever calls it shows these sentences, or sends them.",
                hint="Where nothing is found, is that [], or None? Does every way through it end in a return?"
                if texts is None
                else "This is one text. Where are the others, and what is returned where there is only one?"
                if isinstance(texts, str)
                else "What does a row consist of? Of (text,) the text is the first part."
                if self.has_database()
                else "What does it hold beside the texts: numbers, names, dicts?",
            )
        return list(texts)

    @contextmanager
    def _explained(self, method: str, user: str) -> Iterator[None]:
        """Around a call: what stops it is explained as it comes about where facts are kept."""
        with explained():
            try:
                yield
            except NotYet as problem:
                error = problem.__cause__
                if isinstance(error, KeyError) and error.args == (user,) and user not in self.users:
                    problem.hints = FIRST_FACT if method == "remember" else STRANGER
                elif isinstance(error, KeyError):
                    problem.hints = (NO_KEY,)
                elif isinstance(error, OSError) and not (user.isalnum() and len(user) < 40):
                    problem.hints = FILE_NAME
                elif isinstance(error, TypeError):
                    problem.hints = (NONE if "NoneType" in str(error) else OTHER_TYPE,)
                raise


@contextmanager
def explained() -> Iterator[None]:
    """Around a call: what SQLite says of a statement is said so that it helps."""
    try:
        yield
    except NotYet as problem:
        words = str(problem.__cause__)
        if not isinstance(problem.__cause__, sqlite3.Error) and "sqlite3." not in words:  # SQLAlchemy names it
            raise
        if "locked" in words:
            problem.hints = LOCKED
        elif any(sign in words for sign in ("fts5", "no such column", "unknown special query")):
            problem.hints = MATCHING
        elif any(sign in words for sign in ("near ", "unrecognized token", "incomplete")):
            problem.hints = SQL
        raise


def is_database(path: Path) -> bool:
    """Whether a file is one of SQLite, or one that SQLite keeps beside it."""
    return path.name.endswith(("-wal", "-journal")) or path.read_bytes()[:15] == b"SQLite format 3"


class Room:
    """Folders in which nobody has been before, and a model that answers."""

    def __init__(self, challenge: Work, folder: Path) -> None:
        self.challenge, self.folder, self.numbers, self.server = challenge, folder, count(), AskedServer()

    def new(self) -> Program:
        """A program in a new folder."""
        folder = self.folder / f"folder {next(self.numbers)}"
        folder.mkdir()
        return Program(self.challenge, folder / "what we know.facts", self.server)


@contextmanager
def a_room(challenge: Work) -> Iterator[Room]:
    """A room without UserFacts, where nobody waits for a program that has ended, and SQLite is the same on all machines."""
    here, ram = os.getcwd(), os.environ.get("WORKBOOK_ROOM") or (RAM if os.access(RAM, os.W_OK) else None)
    with (
        tempfile.TemporaryDirectory(dir=ram, ignore_cleanup_errors=True) as name,
        pytest.MonkeyPatch().context() as patch,
    ):
        finished = not_for_use()
        patch.setitem(sys.modules, finished.__name__, finished)
        patch.setattr(chat_memory, "facts", finished, raising=False)
        patch.setattr(learner_code, "compile", rewritten, raising=False)
        patch.setattr(builtins, METHOD, Hash().method, raising=False)
        for module in (sqlite3, sqlite3.dbapi2):
            patch.setattr(module, "connect", impatient(module.connect))
        os.chdir(name)  # a file without a folder lands here
        try:
            yield Room(challenge, Path(name))
        finally:
            os.chdir(here)


def impatient(connect: Any) -> Any:
    """sqlite3.connect, but what waits for a program that has ended gives up soon, and what is deleted stays in the file.

    Some builds of SQLite overwrite what is deleted, and most do not: code that relies on it must not pass on those only.
    """

    def connected(*arguments: Any, **named: Any) -> sqlite3.Connection:
        if len(arguments) < 2:
            named.setdefault("timeout", 0.3)
        connection = connect(*arguments, **named)
        with suppress(sqlite3.Error):
            sqlite3.Connection.execute(connection, "PRAGMA secure_delete = OFF")
        return connection

    return connected


def not_for_use() -> ModuleType:
    """chat_memory.facts without what it can do: that is for the learner to write."""

    class UserFacts:
        def __init__(self, *_: Any, **__: Any) -> None:
            raise NotYet(
                "Your code leaves it to the finished UserFacts of chat_memory.",
                why="Here you find out what is in that one. Afterwards it is yours to use.",
                hints=("Which of its methods do you need? Write them with JSON or sqlite3.",),
            )

    module = ModuleType("chat_memory.facts")
    module.UserFacts = UserFacts
    return module
