"""A learner's save and resume, called where nothing is in the way, and what comes back looked at."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

from ..engine.criteria import Message, NotYet, NoUse, Scene
from ..engine.excerpts import beginning
from ..engine.learner_code import TookTooLong, Work
from . import hints
from .folders import Room

FOUND, SAVED_NOW, KNOWN, RETURNED = "The file held", "This turn was saved", "`known` was", "resume then returned"


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
            end.problem.hints = hints.WAITING
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
            hint=hints.OTHER_DISK,
        )
        scene.expect(
            type(error).__name__ not in ("Conflict", "DamagedFile"),
            told,
            why=f"The file holds {known} messages, as many as `known` says, and all is well with it.",
            hint=hints.COUNTED_MESSAGES if type(error).__name__ == "Conflict" else hints.WRITTEN,
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
        hint=hints.NEW,
    )


def resume(challenge: Work, path: Path, scene: Scene, hint: tuple[str, ...] = hints.WRITTEN) -> list[Message]:
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
        hint=hints.A_LIST_OF_DICTS,
    )
    scene.show(RETURNED, list(found))
    return found


def expect_all(scene: Scene, found: list[Message], known: list[Message], messages: list[Message]) -> None:
    """Expect that the messages known before came back, and after them the new ones."""
    expected = [*known, *messages]
    scene.expect(
        found != messages or not known,
        "Only the newest turn came back.",
        why="A conversation is all of its turns.",
        hint=hints.ONLY_THE_NEWEST,
    )
    scene.expect(
        len(found) == len(expected),
        f"{len(found)} messages came back, and {len(expected)} were saved.",
        why="Each one that is missing is forgotten, and each one too many was never said.",
        hint=hints.LOST_OR_TWICE,
    )
    scene.expect(
        sorted(map(repr, found)) != sorted(map(repr, expected)) or found == expected,
        "The messages are not in their order.",
        why="The model reads them in this order.",
        hint=hints.ORDER,
    )
    odd = next(((one, wanted) for one, wanted in zip(found, expected, strict=True) if one != wanted), ({}, {}))
    lost = sorted(map(str, odd[1].keys() - odd[0].keys()))
    scene.expect(
        not lost,
        f"A message came back without {', '.join(lost)}.",
        why="The model reads less than was said, and a result without its tool_call_id is refused by the server.",
        hint=hints.LOST_KEYS,
    )
    key = next((key for key in odd[1] if odd[0].get(key) != odd[1][key]), "")
    scene.expect(
        found == expected,
        f"A message was saved with {key} {odd[1].get(key)!r:.60}, and came back with {odd[0].get(key)!r:.60}.",
        why="The model should read what was said, letter by letter.",
        hint=hints.OTHER_CONTENT,
    )


def tried(challenge: Work, name: str, path: Path, *arguments: Any) -> tuple[Any, BaseException | None]:
    """What resume or save returned, and the error that it raised instead, where either may be right."""
    try:
        return challenge.call(name, path, *arguments), None
    except NotYet as problem:
        return None, error_of(problem)


def error_of(problem: NotYet) -> BaseException:
    """The error that the learner's code has raised; the problem itself where it has raised none."""
    if problem.__cause__ is None:
        raise problem
    return problem.__cause__


def words(error: BaseException | str, path: Path) -> str:
    """An error in words, in which the file has its name only: nobody knows the folder, which is new each time."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    for folder in (f"{path.parent}{os.sep}", f"{path.parent}{os.sep}".encode("unicode_escape").decode()):
        text = text.replace(folder, "")
    return beginning(text, 500)
