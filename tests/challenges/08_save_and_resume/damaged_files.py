"""A damaged file is noticed: DamagedFile comes, and the file stays as it is."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..engine.criteria import NotYet, Scene
from ..engine.learner_code import Work
from ..engine.other_programs import files_in
from ..engine.preconditions import beforehand
from . import hints
from .conversations import ALL, WHOLE, turn
from .folders import NAME, Room
from .kinds_of_damage import damage, drawn, holes, other_values
from .saving_and_resuming import KNOWN, error_of, expect_all, holding, resume, tried, words


def whole_file(room: Room) -> bytes:
    """A file that is not damaged yet, and larger than what any form of it reads at once."""
    with beforehand():
        path, scene = holding(room, *WHOLE), Scene()
        scene.expect(
            path.is_file(),
            f"There is no file {path.name!r} in its folder.",
            why="All that is kept is in `path`.",
            hint=hints.IN_ONE_FILE,
        )
        expect_all(scene, resume(room.challenge, path, scene), ALL[:-2], ALL[-2:])
        return path.read_bytes()


def expect_damage_found(
    challenge: Work,
    scene: Scene,
    path: Path,
    readable: bool,
    name: str,
    *arguments: Any,
    in_one_place: bool = False,
) -> BaseException:
    """Call resume or save with a damaged file, and expect DamagedFile, and that the file stays as it is."""
    DamagedFile = challenge.get("DamagedFile")
    content = path.read_bytes()
    found, raised = tried(challenge, name, path, *arguments)
    after = path.read_bytes() if path.is_file() else None
    scene.show(f"{name} raised" if raised else f"{name} returned", words(raised, path) if raised else found)
    scene.expect(
        after == content,
        "The damaged file is no longer there." if after is None else f"{name} has changed the damaged file.",
        why="What is left in it may be all that is left of the conversation, and somebody may be able to mend it.",
        hint=hints.DAMAGED_AND_WRITTEN,
    )
    if raised is None:
        not_noticed(scene, name, found, readable, in_one_place)
    wrong_form = readable or isinstance(raised, (TypeError, KeyError, AttributeError))
    scene.expect(
        isinstance(raised, DamagedFile),
        f"DamagedFile was expected, but {name} raised {words(raised, path) if raised else ''}",
        why="Whoever uses your functions has to know one error, whatever is in the file, and however you read it.",
        hint=hints.NULL if "NoneType" in str(raised) else hints.FORM if wrong_form else hints.DAMAGE,
    )
    return raised


def not_noticed(scene: Scene, name: str, found: Any, readable: bool, in_one_place: bool) -> None:
    """Say that a damaged file was not noticed, and what it was taken for."""
    some = name == "resume" and found != []
    a_part = some and isinstance(found, (list, tuple)) and list(found) == ALL[: len(found)]
    hint = hints.FORM if some or (readable and found != []) else hints.TAKEN_FOR_NEW
    scene.expect(
        False,
        f"{len(found)} of 10 messages came back as if that were all."
        if a_part
        else "What came back is no conversation."
        if some and not in_one_place
        else "What came back is not what was saved."
        if some
        else "Nothing says that the file is damaged.",
        why="A damaged file that looks like a new conversation, or like a shorter one, is noticed when it is too late.",
        hint=hints.NOT_ALL if a_part else hints.PLACE if some and in_one_place else hint,
    )


def expect_damage_found_beside_others(challenge: Work, room: Room) -> None:
    """The same where whatever save keeps beside the file is still there. All may come back from that, but not a part."""
    files = files_in(holding(room, *WHOLE).parent)
    beside = [name for name in files if name != NAME]
    for scene, path, readable in damage(room, files[NAME] or b"", beside=files) if beside else ():
        scene.show("Beside it is still", ", ".join(beside))
        with suppress(NotYet):
            if challenge.call("resume", path) == ALL:
                continue
        expect_damage_found(challenge, scene, path, readable, "resume")


def overlooked(challenge: Work, path: Path) -> bool:
    """Whether resume does not notice either that this file is damaged."""
    try:
        challenge.call("resume", path)
    except NotYet as problem:
        return not isinstance(problem.__cause__, challenge.get("DamagedFile"))
    return True


def expect_all_or_damage(challenge: Work, room: Room, what: str, how: str, left: bytes, letters: bool = False) -> None:
    """Expect DamagedFile, or all that was saved. With `letters`, what a message says may be something else.

    sqlite3 tells of a text that cannot be decoded with the error with which it tells of a file in use: that is let pass.
    """
    scene, path = Scene(), room.new({NAME: left})
    scene.show(what, how)
    found = None
    try:
        found = challenge.call("resume", path)
    except NotYet as problem:
        if letters and isinstance(error_of(problem), sqlite3.OperationalError):
            return
    same_form = isinstance(found, list) and len(found) == len(ALL) and all(isinstance(one, dict) for one in found)
    if found == ALL or (letters and same_form):
        return
    path.write_bytes(left)
    expect_damage_found(challenge, scene, path, False, "resume", in_one_place=True)


def expect_save_leaves_holes(challenge: Work, room: Room, content: bytes) -> None:
    """A save that does not notice a hole may add its turn. But nothing else than DamagedFile or Conflict may come of it."""
    for what, how, left in [*other_values(content), *holes(content, drawn(challenge))][::2]:
        scene, path = Scene(), room.new({NAME: left})
        scene.show(what, how)
        scene.show(KNOWN, "10")
        _, raised = tried(challenge, "save", path, turn(6), 10)
        expected = (challenge.get("DamagedFile"), challenge.get("Conflict"))
        scene.expect(
            raised is None or isinstance(raised, expected),
            f"DamagedFile was expected, but save raised {words(raised, path) if raised else ''}",
            why="Whoever uses your functions has to know one error, whatever is in the file, and however you read it.",
            hint=hints.NULL if "NoneType" in str(raised) else hints.DAMAGE,
        )
        scene.expect(
            raised is None or path.read_bytes() == left,
            f"save raised {type(raised).__name__}, but it has changed the damaged file.",
            why="What is left in it may be all that is left of the conversation, and somebody may be able to mend it.",
            hint=hints.CHANGED_BEFORE_DAMAGE,
        )
