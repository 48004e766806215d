"""Has a column for the role and one for the text, and none for anything else."""
# fails: test_what_was_saved_comes_back
# hint: Which keys can a message have

import sqlite3
from contextlib import closing


class DamagedFile(Exception):
    pass


class Conflict(Exception):
    pass


def connect(path):
    try:
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, role TEXT, content TEXT)")
        return database
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise DamagedFile(f"{path} is damaged ({error}). Please restore your backup of it.") from error


def resume(path):
    if not path.exists():
        return []
    with closing(connect(path)) as database:
        rows = database.execute("SELECT role, content FROM messages ORDER BY id")
        return [{"role": role, "content": content} for role, content in rows]


def save(path, turn, known):
    with closing(connect(path)) as database:
        database.execute("BEGIN IMMEDIATE")
        (there,) = database.execute("SELECT count(*) FROM messages").fetchone()
        if there != known:
            raise Conflict(f"{path} holds {there} messages, and you know {known}.")
        rows = [(message["role"], str(message["content"])) for message in turn]
        database.executemany("INSERT INTO messages (role, content) VALUES (?, ?)", rows)
        database.execute("COMMIT")
