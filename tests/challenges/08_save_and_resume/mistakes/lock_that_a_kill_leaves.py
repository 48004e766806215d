"""Takes a file for a lock, which stays when its program is killed."""
# fails: test_a_kill_leaves_nothing_in_the_way
# hint: clears nothing up

import json
import os
from contextlib import contextmanager


class DamagedFile(Exception):
    pass


class Conflict(Exception):
    pass


@contextmanager
def locked(path):
    lock = path.with_name(path.name + ".lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        raise Conflict(f"Another program is writing to {path}.") from None
    try:
        yield
    finally:
        lock.unlink()


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
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps([*messages, *turn]), encoding="utf-8")
        os.replace(new, path)
