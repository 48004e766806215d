"""Keeps its messages as pickle, which does not notice other bytes in a text."""

# fails: test_damage_in_one_place_is_found
# hint: is not what was written
import os
import pickle
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
    content = path.read_bytes()
    try:
        messages = pickle.loads(content)
    except Exception as error:
        raise DamagedFile(f"{path} is damaged ({error}). Please restore your backup of it.") from error
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DamagedFile(f"{path} is damaged. Please restore your backup of it.")
    return messages


def save(path, turn, known):
    with locked(path):
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        new = path.with_name(path.name + ".new")
        new.write_bytes(pickle.dumps([*messages, *turn]))
        os.replace(new, path)
