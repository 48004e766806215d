"""Appends each message as a line: a kill leaves half a line, or half a turn."""
# fails: test_a_kill_destroys_nothing
# hint: several steps

import json
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
        lines = path.read_text(encoding="utf-8").split("\n")
        messages = [json.loads(line) for line in lines if line]
    except ValueError as error:
        raise DamagedFile(f"{path} is damaged: {error}. Put a backup in its place.") from error
    if not all(isinstance(message, dict) for message in messages):
        raise DamagedFile(f"{path} is not a conversation. Put a backup in its place.")
    return messages


def save(path, turn, known):
    with locked(path):
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        for message in turn:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(message) + "\n")
