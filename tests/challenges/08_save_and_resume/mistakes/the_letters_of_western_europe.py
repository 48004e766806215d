"""Opens the file with an encoding that has no letters for most of the world."""
# fails: test_what_was_saved_comes_back
# hint: Which letters

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
        messages = json.loads(path.read_text(encoding="latin-1"))
    except ValueError as error:
        raise DamagedFile(f"{path} is damaged: {error}. Put a backup in its place.") from error
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DamagedFile(f"{path} is not a conversation. Put a backup in its place.")
    return messages


def save(path, turn, known):
    with locked(path):
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        new = path.with_name(path.name + ".new")
        text = json.dumps([*messages, *turn], ensure_ascii=False)
        new.write_text(text, encoding="latin-1", errors="replace")
        os.replace(new, path)
