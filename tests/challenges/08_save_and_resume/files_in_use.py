"""A file that another program is using for a moment, as SQLite and as Windows have it."""

from __future__ import annotations

import builtins
import errno
import io
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from .conversations import ALL, turn
from .saving_and_resuming import KNOWN, tried, words

HELD_FOR, WAIT = 0.4, 0.02  # seconds for which a file is in use, and which sqlite3 waits for it


@contextmanager
def in_use(path: Path) -> Iterator[None]:
    """Another connection has a SQLite file to itself for a moment. Who waits gets it then; sqlite3 soon gives up here."""
    really, other = sqlite3.connect, sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def connect(database: Any, *given: Any, **options: Any) -> sqlite3.Connection:
        if given:
            return really(database, WAIT, *given[1:], **options)
        return really(database, **options | {"timeout": WAIT})

    with closing(other):
        other.execute("BEGIN EXCLUSIVE")
        end = threading.Timer(HELD_FOR, other.rollback)
        end.start()
        sqlite3.connect = connect
        try:
            yield
        finally:
            sqlite3.connect = really
            end.cancel()
            end.join()


@contextmanager
def not_let_in(path: Path) -> Iterator[None]:
    """For a moment nobody can open a file, as on Windows while another program has it open. Who tries again gets it then."""
    end = time.monotonic() + HELD_FOR

    def closed(opener: Callable) -> Callable:
        def opened(file: Any, *given: Any, **options: Any) -> Any:
            named = isinstance(file, (str, bytes, os.PathLike))
            if named and time.monotonic() < end and os.path.abspath(os.fsdecode(file)) == str(path):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opener(file, *given, **options)

        return opened

    really = builtins.open, io.open, os.open
    builtins.open, io.open, os.open = map(closed, really)
    try:
        yield
    finally:
        builtins.open, io.open, os.open = really


def is_database(content: bytes) -> bool:
    return content.startswith(b"SQLite format 3\0")


def calls_while_in_use(content: bytes) -> list[tuple[str, tuple]]:
    """What is called while a file with this content is in use. (Who may not look into a text counts no messages.)"""
    known: list[tuple[str, tuple]] = [("resume", ()), ("save", (turn(6), len(ALL)))]
    return known if is_database(content) else [*known, ("save", (turn(6), 0))]


def called_while_in_use(
    challenge: Work, scene: Scene, path: Path, name: str, *arguments: Any
) -> tuple[Any, BaseException | None]:
    """Call resume or save while another program is using the file: what it returned, or raised."""
    database = is_database(path.read_bytes())
    if database:
        scene.show("Another program is writing, and has locked the file", "BEGIN EXCLUSIVE")
    else:
        scene.show("Another program lets nobody open the file", "PermissionError")
    if arguments:
        scene.show(KNOWN, str(arguments[1]))
    with in_use(path) if database else not_let_in(path):
        found, raised = tried(challenge, name, path, *arguments)
    scene.show(f"{name} raised" if raised else f"{name} returned", words(raised, path) if raised else found)
    return found, raised
