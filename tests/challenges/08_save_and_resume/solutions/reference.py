"""A row a message in a SQLite file, and a checksum. A turn is one transaction, which has the file to itself before it counts."""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

TABLE = "CREATE TABLE messages (number INTEGER PRIMARY KEY, body TEXT NOT NULL)"


class DamagedFile(Exception):
    """The file cannot be read as a conversation. It was left as it is."""


class Conflict(Exception):
    """Somebody else has changed the conversation since it was read. Nothing was saved."""


def resume(path: Path) -> list[dict]:
    """Return all messages that were saved in this file, and [] where nothing was saved yet."""
    if not path.exists():
        return []
    with transaction(path) as database:
        return [json.loads(body) for body in read(database)]


def save(path: Path, turn: list[dict], known: int) -> None:
    """Add a turn to the file, all of it or nothing. `known` is the number of messages that the caller knows of."""
    with transaction(path) as database:
        bodies = read(database)
        if len(bodies) != known:
            raise Conflict(f"{path.name} holds {len(bodies)} messages, not {known}. Resume it, and ask again.")
        added = [json.dumps(message).encode() for message in turn]
        database.executemany("INSERT INTO messages (body) VALUES (CAST(? AS TEXT))", [(body,) for body in added])
        database.execute(f"PRAGMA user_version = {checksum([*bodies, *added])}")  # a number that every SQLite file has


def read(database: sqlite3.Connection) -> list[bytes]:
    """Return all messages, as JSON. Raise ValueError or TypeError where they are not those that were written."""
    rows = database.execute("SELECT CAST(body AS BLOB) FROM messages ORDER BY number").fetchall()
    bodies = [body for (body,) in rows]
    (noted,) = database.execute("PRAGMA user_version").fetchone()
    if checksum(bodies) != noted:
        raise ValueError("its messages are not those that were saved")
    return bodies


def checksum(bodies: list[bytes]) -> int:
    """A number that is almost surely another one where a byte of the messages is."""
    return zlib.crc32(b"\n".join(bodies)) % 2**31


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the file, to which nobody else writes until the end. If anything is raised, nothing has changed."""
    try:
        if path.exists() and 0 < path.stat().st_size < 512:
            raise ValueError("too little is left of it")  # of a single byte, SQLite makes a new file
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("BEGIN IMMEDIATE")  # now: whoever comes later waits here
            tables = [table for (table,) in database.execute("SELECT CAST(sql AS BLOB) FROM sqlite_master")]
            if not tables:
                database.execute(TABLE)
            elif tables != [TABLE.encode()]:
                raise ValueError("its tables are those of another program")
            yield database
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorname != "SQLITE_ERROR":
            raise  # such as a full disk, or a file that is in use for long: no damage
        advice = "It was left as it is. Put a backup in its place, or move it away to begin anew."
        raise DamagedFile(f"{path} is damaged ({error}). {advice}") from error
