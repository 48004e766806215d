"""Does not think of a row in which there is no text any more."""
# fails: test_damage_in_one_place_is_found
# hint: json.loads(None) raises TypeError

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

TABLE = "CREATE TABLE messages (number INTEGER PRIMARY KEY, body TEXT)"


class DamagedFile(Exception):
    """The file cannot be read as a conversation. It was left as it is."""


class Conflict(Exception):
    """Somebody else has changed the conversation since it was read. Nothing was saved."""


def resume(path: Path) -> list[dict]:
    """Return all messages that were saved in this file, and [] where nothing was saved yet."""
    if not path.exists():
        return []
    with transaction(path) as database:
        return read(database)


def save(path: Path, turn: list[dict], known: int) -> None:
    """Add a turn to the file, all of it or nothing. `known` is the number of messages that the caller knows of."""
    with transaction(path) as database:
        there = len(read(database))
        if there != known:
            raise Conflict(f"{path.name} holds {there} messages, not {known}. Resume it, and ask again.")
        rows = [(json.dumps(message),) for message in turn]
        database.executemany("INSERT INTO messages (body) VALUES (?)", rows)


def read(database: sqlite3.Connection) -> list[dict]:
    """Return all messages. Raise ValueError where a row is none."""
    messages = [json.loads(body) for (body,) in database.execute("SELECT body FROM messages ORDER BY number")]
    if not all(isinstance(message, dict) for message in messages):
        raise ValueError("a row of it is no message")
    return messages


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the file, to which nobody else writes until the end. If anything is raised, nothing has changed."""
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("BEGIN IMMEDIATE")  # now: whoever comes later waits here
            tables = [table for (table,) in database.execute("SELECT sql FROM sqlite_master")]
            if not tables:
                database.execute(TABLE)
            elif tables != [TABLE]:
                raise ValueError("its tables are those of another program")
            yield database
    except sqlite3.OperationalError:  # such as a full disk, or a file that is in use for long: no damage
        raise
    except (sqlite3.DatabaseError, ValueError) as error:
        advice = "It was left as it is. Put a backup in its place, or move it away to begin anew."
        raise DamagedFile(f"{path} is damaged ({error}). {advice}") from error
