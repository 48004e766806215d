"""Notices by an error that there is no table yet, and takes a locked file for a new one."""
# fails: test_a_file_in_use_is_neither_new_nor_damaged
# hint: database is locked

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
    with closing(sqlite3.connect(path)) as database:
        try:
            rows = database.execute("SELECT body FROM messages ORDER BY id")
            return [json.loads(body) for (body,) in rows]
        except sqlite3.OperationalError:
            return []
        except (ValueError, sqlite3.DatabaseError) as error:
            raise DamagedFile(f"{path} is damaged ({error}). Please restore your backup of it.") from error


def save(path, turn, known):
    with closing(connect(path)) as database:
        database.execute("BEGIN IMMEDIATE")
        (there,) = database.execute("SELECT count(*) FROM messages").fetchone()
        if there != known:
            raise Conflict(f"{path} holds {there} messages, and you know {known}.")
        database.executemany("INSERT INTO messages (body) VALUES (?)", [(json.dumps(message),) for message in turn])
        database.execute("COMMIT")
