"""Passes on what the reader of JSON says, and leaves the user alone with it."""
# fails: test_the_error_says_what_to_do
# hint: What would you do now

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
        messages = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedFile(f"{path} is damaged: {error}.") from error
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DamagedFile(f"{path} is damaged.")
    return messages


def save(path, turn, known):
    with locked(path):
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps([*messages, *turn]), encoding="utf-8")
        os.replace(new, path)
