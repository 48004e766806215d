"""JSON, written beside the file and put in its place in one step, under a lock that ends with its program."""

import contextlib
import json
import os

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt


class DamagedFile(Exception):
    pass


class Conflict(Exception):
    pass


@contextlib.contextmanager
def locked(path):
    with open(f"{path}.lock", "a+") as lock:
        if os.name == "nt":
            lock.seek(0)
            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def resume(path):
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    try:
        messages = json.loads(text)
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            raise ValueError("no list of messages")
    except ValueError as problem:
        raise DamagedFile(f"{path.name} cannot be read: {problem}. Please restore a copy of it.") from problem
    return messages


def save(path, turn, known):
    with locked(path):
        messages = resume(path)
        if len(messages) != known:
            raise Conflict(f"{len(messages)} messages are there, you know {known}")
        beside = path.with_name(path.name + ".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump([*messages, *turn], file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
