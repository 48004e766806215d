"""Returns whatever JSON is in the file: a dict that is no list of messages."""
# fails: test_a_damaged_file_is_reported
# hint: What must it be

import json
import os
import sqlite3
from contextlib import closing, contextmanager


class DamagedFile(Exception):
    pass


class Conflict(Exception):
    pass


@contextmanager
def locked(path):
    with closing(sqlite3.connect(f"{path}.lock", isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")  # a lock that ends with its program, on every system
        yield


def resume(path):
    if not path.exists():
        return []
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedFile(f"{path} is damaged: {error}. Put a backup in its place.") from error


def save(path, turn, known):
    with locked(path):
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps([*messages, *turn]), encoding="utf-8")
        os.replace(new, path)
