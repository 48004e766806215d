"""Where it happens: folders in which nobody has been before, and a SQLite that is the same on all machines."""

from __future__ import annotations

import builtins
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import chat_memory

from ..engine import learner_code
from ..engine.disk_in_memory import disk_in_memory
from ..engine.learner_code import Work
from ..engine.text_hashes import METHOD, Hash, rewritten
from .fact_programs import AskedServer, Program
from .finished_facts import not_for_use


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
    here = os.getcwd()
    with (
        tempfile.TemporaryDirectory(dir=disk_in_memory(), ignore_cleanup_errors=True) as name,
        pytest.MonkeyPatch().context() as patch,
    ):
        for module, finished in not_for_use().items():
            patch.setitem(sys.modules, module, finished)
        patch.setattr(chat_memory, "facts", sys.modules["chat_memory.facts"], raising=False)
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
