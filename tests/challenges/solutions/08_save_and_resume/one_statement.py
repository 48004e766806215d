"""One row holds it all, and one statement changes it, if nobody else has: there is no time between look and change."""

import json
import sqlite3
from contextlib import closing


class DamagedFile(Exception):
    pass


class Conflict(Exception):
    pass


def connect(path):
    database = sqlite3.connect(path)
    try:
        database.execute("CREATE TABLE IF NOT EXISTS talk (id INTEGER PRIMARY KEY CHECK (id = 1), count, body)")
        database.execute("INSERT OR IGNORE INTO talk VALUES (1, 0, '')")
        database.commit()
        if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the check of the file failed")
    except sqlite3.DatabaseError as error:
        database.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise DamagedFile(
            f"{path.name}: {error}. You could move this file to another place and start a new one."
        ) from None
    return database


def resume(path):
    with closing(connect(path)) as database:
        lines = database.execute("SELECT body FROM talk").fetchone()[0].splitlines()
    try:
        return [json.loads(line) for line in lines]
    except ValueError:
        raise DamagedFile(f"{path.name}: a line of it is no message. You could look for an older copy.") from None


def save(path, turn, known):
    lines = "".join(json.dumps(message) + "\n" for message in turn)
    with closing(connect(path)) as database, database:
        change = "UPDATE talk SET count = count + ?, body = body || ? WHERE count = ?"
        if database.execute(change, (len(turn), lines, known)).rowcount != 1:
            raise Conflict("The conversation has changed.")
