"""Reads lines with splitlines, which knows more line ends than a newline."""

# fails: test_rare_line_ends_come_back
# hint: str.splitlines() ends one at U+2028
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
        messages = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except ValueError as error:
        raise DamagedFile(f"{path} is damaged ({error}). Please restore your backup of it.") from error
    if not all(isinstance(message, dict) for message in messages):
        raise DamagedFile(f"{path} is damaged. Please restore your backup of it.")
    return messages


def save(path, turn, known):
    with locked(path):
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        new = path.with_name(path.name + ".new")
        lines = [json.dumps(message, ensure_ascii=False) for message in [*messages, *turn]]
        new.write_text("\n".join(lines), encoding="utf-8", newline="")
        os.replace(new, path)
