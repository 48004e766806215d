"""Its temporary file has the name of another conversation."""
# fails: test_conversations_do_not_mix
# hint: whose could they be

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
        raise DamagedFile(f"{path} is damaged ({error}). Please restore your backup of it.") from error
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DamagedFile(f"{path} is damaged. Please restore your backup of it.")
    return messages


def save(path, turn, known):
    with locked(path):
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        new = path.with_suffix(".new")
        new.write_text(json.dumps([*messages, *turn]), encoding="utf-8")
        os.replace(new, path)
