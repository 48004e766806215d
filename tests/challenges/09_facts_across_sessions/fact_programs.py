"""Programs that use a learner's Facts and answer, one after the other, and what stops them explained."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import openai

from common import MODEL

from ..engine.criteria import Message, NotYet, Scene
from ..engine.learner_code import Guarded, Work
from ..engine.other_programs import files_in
from ..engine.text_hashes import METHOD, Hash
from ..engine.told_once import shortened, told_once
from ..situations.told_facts import TalkingServer, call_with_client, spoken
from . import hints

REMEMBERED, CORRECTED = "It was remembered", "It was corrected to"
SENT, ANSWERED = "You sent", "answer returned"


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

    def hint(self, hint: hints.ByStorage) -> tuple[str, ...]:
        """The hints that fit where this program keeps its facts."""
        return (hint.asked, *(hint.database if self.has_database() else hint.other))

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
        scene.expect(sent, "The model was not asked.", why=why, hint=hints.NOT_ASKED)
        scene.show(SENT, sent[-1])
        scene.show(ANSWERED, reply)
        with told_once(self.challenge, "answer"):
            scene.expect(
                isinstance(reply, str) and reply.strip() == (replies[-1] or "").strip(),
                f"answer should return the text of the model's reply, which was {shortened(repr(replies[-1]), 100)}",
                why=why,
                hint=hints.TEXT_OF_THE_REPLY,
            )
            other = next((name for name in self.server.models[start:] if name != MODEL), MODEL)
            scene.expect(
                other == MODEL,
                f"The request names the model {other!r}, and MODEL is {MODEL!r}.",
                why="MODEL is the one that the settings name. No other one may be there, or be what it costs.",
                hint=hints.MODEL,
            )
        scene.expect(
            any(role == "user" and question in text for role, text in spoken(sent[-1])),
            "The question was not sent as it is.",
            why="The model should answer what the user has asked.",
            hint=hints.QUESTION,
        )
        scene.expect(
            self.known(user) == before,
            "answer has changed what is known.",
            why="A question is no fact, and asking changes nothing.",
            hint=hints.ASKING_STORES,
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
                hint=hints.NUMBER_OF_A_ROW if self.has_database() else hints.NUMBER_RETURNED,
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
                hint=hints.NONE_RETURNED
                if texts is None
                else hints.ONE_TEXT
                if isinstance(texts, str)
                else hints.ROWS
                if self.has_database()
                else hints.OTHER_THINGS,
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
                    problem.hints = hints.FIRST_FACT if method == "remember" else hints.STRANGER
                elif isinstance(error, KeyError):
                    problem.hints = (hints.NO_KEY,)
                elif isinstance(error, OSError) and not (user.isalnum() and len(user) < 40):
                    problem.hints = hints.FILE_NAME
                elif isinstance(error, TypeError):
                    problem.hints = (hints.NONE if "NoneType" in str(error) else hints.OTHER_TYPE,)
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
            problem.hints = hints.LOCKED
        elif any(sign in words for sign in ("fts5", "no such column", "unknown special query")):
            problem.hints = hints.MATCHING
        elif any(sign in words for sign in ("near ", "unrecognized token", "incomplete")):
            problem.hints = hints.SQL
        raise


def is_database(path: Path) -> bool:
    """Whether a file is one of SQLite, or one that SQLite keeps beside it."""
    return path.name.endswith(("-wal", "-journal")) or path.read_bytes()[:15] == b"SQLite format 3"


def text_of(request: list[Message]) -> str:
    """All that a request says."""
    return "\n".join(text for _, text in spoken(request))
