"""Appends a line a turn, and takes every unreadable end for a turn that was not finished."""
# fails: test_a_damaged_file_is_reported
# hint: the end is missing

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


def read(path):
    """The messages, and how many bytes of the file they are."""
    content, messages, good = path.read_bytes() if path.exists() else b"", [], 0
    for line in content.splitlines(keepends=True):
        try:
            messages += json.loads(line)
        except ValueError:
            break  # a turn that was not finished
        good += len(line)
    if content and not good:
        raise DamagedFile(f"{path} is damaged. Put a backup in its place.")
    return messages, good


def resume(path):
    return read(path)[0]


def save(path, turn, known):
    with locked(path):
        messages, good = read(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        with path.open("ab") as file:
            file.truncate(good)
            file.write(json.dumps(turn).encode() + b"\n")
