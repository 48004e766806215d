"""A row a message in a SQLite file. A turn is one transaction, which has the file to itself before it counts."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

TABLE = "CREATE TABLE IF NOT EXISTS messages (number INTEGER PRIMARY KEY, body TEXT NOT NULL)"


class DamagedFile(Exception):
    """The file cannot be read as a conversation. It was left as it is."""


class Conflict(Exception):
    """Somebody else has changed the conversation since it was read. Nothing was saved."""


def resume(path: Path) -> list[dict]:
    """Return all messages that were saved in this file, and [] where nothing was saved yet."""
    if not path.exists():
        return []
    with transaction(path) as database:
        rows = database.execute("SELECT body FROM messages ORDER BY number").fetchall()
        return [json.loads(body) for (body,) in rows]


def save(path: Path, turn: list[dict], known: int) -> None:
    """Add a turn to the file, all of it or nothing. `known` is the number of messages that the caller knows of."""
    with transaction(path) as database:
        (there,) = database.execute("SELECT count(*) FROM messages").fetchone()
        if there != known:
            raise Conflict(f"{path.name} holds {there} messages, not {known}. Resume it, and ask again.")
        rows = [(json.dumps(message),) for message in turn]
        database.executemany("INSERT INTO messages (body) VALUES (?)", rows)


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the file, to which nobody else writes until the end. If anything is raised, nothing has changed."""
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("BEGIN IMMEDIATE")  # now: whoever comes later waits here
            database.execute(TABLE)
            yield database
    except sqlite3.OperationalError:  # such as a full disk: no damage
        raise
    except (sqlite3.DatabaseError, ValueError) as error:
        advice = "It was left as it is. Put a backup in its place, or move it away to begin anew."
        raise DamagedFile(f"{path} is damaged ({error}). {advice}") from error
