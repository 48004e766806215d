"""Saves without a look at how many messages there are."""
# fails: test_the_second_writer_gets_a_conflict
# hint: that somebody else was there

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
        raise DamagedFile(f"{path} is damaged: {error}. Put a backup in its place.") from error
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DamagedFile(f"{path} is not a conversation. Put a backup in its place.")
    return messages


def save(path, turn, known):
    with locked(path):
        messages = resume(path)[:known]
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps([*messages, *turn]), encoding="utf-8")
        os.replace(new, path)
