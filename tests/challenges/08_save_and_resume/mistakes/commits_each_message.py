"""Commits each message, so that a kill leaves a question without its reply."""
# fails: test_a_kill_destroys_nothing
# hint: several steps

import json
import sqlite3
from contextlib import closing


class DamagedFile(Exception):
    pass


class Conflict(Exception):
    pass


def connect(path):
    try:
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, body TEXT)")
        return database
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise DamagedFile(f"{path} is damaged ({error}). Please restore your backup of it.") from error


def resume(path):
    if not path.exists():
        return []
    with closing(connect(path)) as database:
        rows = database.execute("SELECT body FROM messages ORDER BY id")
        try:
            return [json.loads(body) for (body,) in rows]
        except ValueError as error:
            raise DamagedFile(f"{path} is damaged ({error}). Please restore your backup of it.") from error


def save(path, turn, known):
    with closing(connect(path)) as database:
        for number, message in enumerate(turn):
            database.execute("BEGIN IMMEDIATE")
            (there,) = database.execute("SELECT count(*) FROM messages").fetchone()
            if there != known + number:
                database.execute("ROLLBACK")
                raise Conflict(f"{path} holds {there} messages, and you know {known}.")
            database.execute("INSERT INTO messages (body) VALUES (?)", (json.dumps(message),))
            database.execute("COMMIT")
