"""What can be done to a file: cut, overwritten, with a hole, a byte or a row that is another one."""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from ..engine.other_programs import Files
from .folders import NAME, Room

QUOTE = re.compile(rb"""(["'])role\1(?=: ?\1)""")  # of a message that is kept as JSON, or as Python shows it


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
