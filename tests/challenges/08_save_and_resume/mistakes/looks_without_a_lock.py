"""Looks whether somebody else was there, and then writes: in between, somebody can be."""
# fails: test_of_two_programs_one_saves
# hint: between the line in which you count

import json
import os
import tempfile


class DamagedFile(Exception):
    pass


class Conflict(Exception):
    pass


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
    messages = resume(path)
    if len(messages) != known:
        raise Conflict(f"{path} holds {len(messages)} messages, and you know {known}.")
    handle, new = tempfile.mkstemp(dir=path.parent)
    with open(handle, "w", encoding="utf-8") as file:
        json.dump([*messages, *turn], file)
    os.replace(new, path)
