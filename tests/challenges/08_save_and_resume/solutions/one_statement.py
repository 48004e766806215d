"""One row holds it all, and one statement changes it, if nobody else has: there is no time between look and change."""

import json
import sqlite3
from contextlib import closing


class DamagedFile(Exception):
    pass


class Conflict(Exception):
    pass


def read(database):
    if database.execute("PRAGMA quick_check").fetchone() != (b"ok",):
        raise sqlite3.DatabaseError("the check of the file failed")
    tables = database.execute("SELECT name FROM sqlite_master").fetchall()
    if tables != [(b"talk",)]:
        if tables:
            raise ValueError("it is a database of something else")
        return []
    messages = []
    for count, body in database.execute("SELECT count, body FROM talk"):
        messages += [json.loads(line) for line in body.splitlines()]
        if len(messages) != count or not all(isinstance(message, dict) for message in messages):
            raise ValueError("not all of it are messages")
    return messages


def checked(path, work):
    try:
        if path.exists() and path.stat().st_size == 1:
            raise ValueError("all but one byte is gone")
        with closing(sqlite3.connect(path)) as database, database:
            database.text_factory = bytes  # what is no letter is damage too
            messages = read(database)
            work(database)
            return messages
    except (sqlite3.DatabaseError, ValueError, TypeError, AttributeError) as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_CANTOPEN")):
            raise
        advice = "You could move this file to another place and start a new one."
        raise DamagedFile(f"{path.name}: {error}. {advice}") from None


def resume(path):
    return checked(path, lambda database: None) if path.exists() else []


def save(path, turn, known):
    def add(database):
        database.execute("CREATE TABLE IF NOT EXISTS talk (id INTEGER PRIMARY KEY CHECK (id = 1), count, body)")
        database.execute("INSERT OR IGNORE INTO talk VALUES (1, 0, '')")
        change = "UPDATE talk SET count = count + ?, body = body || ? WHERE count = ?"
        if database.execute(change, (len(turn), lines, known)).rowcount != 1:
            raise Conflict("The conversation has changed.")

    lines = "".join(json.dumps(message) + "\n" for message in turn)
    checked(path, add)
