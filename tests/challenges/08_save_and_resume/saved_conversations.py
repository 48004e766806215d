"""Conversations in files: turns of any kind, folders to keep them in, programs that share them, and damage."""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from hypothesis import strategies as st

from ..engine.criteria import Message, NotYet, Scene
from ..engine.excerpts import beginning
from ..engine.learner_code import Work
from ..engine.other_programs import Files, Program, on_a_disk_of_its_own, put

NAME = "ana.chat"
RAM = Path("/dev/shm")  # a disk in memory: nothing in this folder waits for a real one
ODD = (
    "Año 2026: ¿cuándo?",
    "日本へ行きたい",
    "🙂👩‍👩‍👧 ok",
    'She said: "C:\\new"',
    "Zoe\u0308 and Zo\u00eb",
    "one\r\ntwo\n\n",
    "\x00",
    "\ufeff",
    "",
    "[]",
    "'",
)
LINE_ENDS = "\r \x0b \x0c \x1c \x1d \x1e \x85 \u2028 \u2029".split(" ")  # rare ones: str.splitlines knows them all
LETTERS = st.characters(codec="utf-8", exclude_characters="".join(LINE_ENDS))  # these are tried apart
TEXTS = st.sampled_from(ODD) | st.text(LETTERS, max_size=12)


def message(role: str, content: Any, **more: Any) -> Message:
    return {"role": role, "content": content, **more}


def turn(number: int, longer: int = 0) -> list[Message]:
    """A plain turn that is like no other."""
    random = Random(number)
    place = random.choice("Porto Cusco Ghent Bergen Krakow Turin".split())
    question = f"Question {number}: is {place} worth {random.randrange(2, 90)} hours?"
    return [message("user", question), message("assistant", f"Answer {number}: yes." + " And so it goes on." * longer)]


@st.composite
def turns(draw: st.DrawFn) -> list[Message]:
    """A turn of any kind: parts, names, calls of functions with their results, None."""
    said: Any = draw(TEXTS)
    parts = [
        {"type": "text", "text": said},
        {"type": "image_url", "image_url": {"url": "https://x.org/1?a=b&c", "detail": "low"}},
    ]
    messages = [
        draw(st.sampled_from([message("user", said), message("user", parts), message("user", said, name="Zoë")]))
    ]
    for number in range(draw(st.integers(0, 2))):
        call = {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "look_up", "arguments": '{"what": "é"}'},
        }
        messages += [
            message("assistant", None, tool_calls=[call]),
            message("tool", draw(TEXTS), tool_call_id=call["id"]),
        ]
    answer = message("assistant", draw(TEXTS))
    return [*messages, draw(st.sampled_from([answer, answer | {"refusal": None, "annotations": [], "index": 0}]))]


# Where it happens


@dataclass
class Room:
    """Folders in which nobody has been before, and two other programs with the learner's code."""

    challenge: Work
    folder: Path
    programs: list[Program]
    numbers: Iterator[int] = field(default_factory=count)

    def new(self, files: Files | None = None) -> Path:
        """The path of a conversation in a new folder, which holds these files."""
        return put(files or {}, self.folder / f"folder {next(self.numbers)}") / NAME


@contextmanager
def a_room(challenge: Work) -> Iterator[Room]:
    """A room, on a disk in memory where there is one. A file that is opened without its folder lands elsewhere."""
    here = os.getcwd()
    ram = os.environ.get("WORKBOOK_ROOM") or (RAM if os.access(RAM, os.W_OK) else None)
    with tempfile.TemporaryDirectory(dir=ram, ignore_cleanup_errors=True) as name:
        folder, elsewhere = Path(name).resolve() / "disk", Path(name).resolve() / "elsewhere"
        folder.mkdir()
        elsewhere.mkdir()
        os.chdir(elsewhere)
        programs = [Program(challenge.path), Program(challenge.path)]
        try:
            with on_a_disk_of_its_own(folder):
                yield Room(challenge, folder, programs)
        finally:
            for program in programs:
                program.end()
            os.chdir(here)


WHOLE = [turn(1), turn(2, 1200), turn(3), turn(4, 1200), turn(5)]
QUOTE = re.compile(rb"""(["'])role\1(?=: ?\1)""")  # of a message that is kept as JSON, or as Python shows it
HELD, WAIT = 0.4, 0.02  # seconds for which a file is in use, and which sqlite3 waits for it


def damaged(content: bytes, inside: bool) -> Iterator[tuple[str, str, bytes]]:
    """What can be done to a file, how, and its content then. `inside`: also within the messages that it holds."""
    for part in (0.5, 0.9, 0.1):
        yield "The file was cut short", f"its first {part:.0%} are left", content[: int(len(content) * part)]
    for text in ('{\n  "user": "Ana",\n  "age": 31\n}\n', '["Hello", "there"]', "null", "Hello!\n"):
        yield "The file was overwritten with a text", text, text.encode()
    yield "The file was overwritten", "as many bytes as before, and all are 0", bytes(len(content))
    yield "The file was overwritten", "with a picture", b"\x89PNG\r\n\x1a\n" + Random(1).randbytes(3000)
    if inside and QUOTE.search(content):
        yield "In the messages a quote was changed", '"role" has become "rolex', QUOTE.sub(rb"\1rolex", content)


def drawn(challenge: Work) -> Random:
    """Chance that is the same whenever the same file is checked, and another one for each file: nobody can foresee it."""
    return Random(crc32(challenge.path.read_bytes()))


def holes(content: bytes, random: Random) -> Iterator[tuple[str, str, bytes]]:
    """Damage in one place, after which a file is reported or all is still there: what was done, how, and its content then."""
    for size in (64, 4096):
        size = min(size, len(content) // 2)
        last = len(content) - size
        for at in {0, last // 2, last, last // 2 // 4096 * 4096, *(random.randrange(last + 1) for _ in range(4))}:
            yield (
                "A stretch of the file is zeros now",
                f"{size} bytes from byte {at} on",
                put_in(content, at, bytes(size)),
            )
    for text in (b"\0" * 40, random.randbytes(40), b"null\n", b'7\n["Hello"]\n', b"}\n"):
        yield "Rubbish was written behind the end of the file", repr(text)[2:-1][:40], content + text


def changed_bytes(content: bytes, random: Random) -> Iterator[tuple[str, str, bytes]]:
    """A single byte that has changed: in no case may anything else than DamagedFile come, or fewer messages."""
    said = [match.start() + 4 for match in re.finditer(b"Question|Answer", content)]
    for at in (*random.sample(said, min(4, len(said))), random.randrange(len(content))):
        yield "A byte of the file is no letter any more", f"0xFF, at byte {at}", put_in(content, at, b"\xff")
    for _ in range(6):
        at = random.randrange(len(content))
        yield "A byte of the file is 0 now", f"that at byte {at}", put_in(content, at, b"\0")


def put_in(content: bytes, at: int, other: bytes) -> bytes:
    return content[:at] + other + content[at + len(other) :]


def other_values(content: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Where it is a SQLite file: in the row of a message, or of all, there is something else where its text was."""
    if not content.startswith(b"SQLite format 3\0"):
        return
    for value in (None, 7, b"\xff\0", "null", '["Hello"]'):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / NAME
            path.write_bytes(content)
            if replaced(path, value):
                yield "A row of the file has another value where a message was", f"{value!r}", path.read_bytes()


def replaced(path: Path, value: Any) -> bool:
    """Put a value in the place of a text that holds a message, in whatever table it is. False where that is impossible."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.text_factory = bytes
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            table = table.decode().replace('"', '""')
            for column in [
                row[1].decode().replace('"', '""') for row in database.execute(f'PRAGMA table_info("{table}")')
            ]:
                change = f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = (SELECT max(rowid) FROM "{table}" WHERE '
                change += f'instr(CAST("{column}" AS BLOB), ?))'
                with suppress(sqlite3.Error):  # such as NOT NULL, or a table without rows of numbers
                    if database.execute(change, (value, b"Question 3")).rowcount == 1:
                        return True
    return False


def damage(
    room: Room, content: bytes, inside: bool = True, beside: Files | None = None
) -> Iterator[tuple[Scene, Path, bool]]:
    """A damaged file of each kind, what was done to it, and whether it can be read still, but as no conversation."""
    for what, how, left in damaged(content, inside):
        scene, path = Scene(), room.new({**(beside or {}), NAME: left})
        scene.show(what, how)
        yield scene, path, is_json(left) and content[:1] in b"[{"


def is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


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
        end = threading.Timer(HELD, other.rollback)
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
    end = time.monotonic() + HELD

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
