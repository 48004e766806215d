"""Other conversations in the same folder: a save leaves them alone."""

from __future__ import annotations

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from ..engine.other_programs import files_in
from . import hints
from .conversations import turn
from .folders import Room
from .saving_and_resuming import SAVED_NOW, save

NAMED_ALIKE = [f"ana.{end}" for end in ("tmp", "temp", "new", "bak", "old", "lock", "db", "json")]  # beside ana.chat


def expect_others_left_alone(challenge: Work, room: Room, content: bytes) -> None:
    """Save where conversations with names of the same beginning are in the folder, and expect them to stay."""
    path = room.new(dict.fromkeys(NAMED_ALIKE, content))
    for known in (0, 2):
        scene = Scene()
        scene.show("In the folder are other conversations", f"{', '.join(NAMED_ALIKE[:3])} …")
        scene.show(SAVED_NOW, turn(1 + known))
        save(challenge, path, turn(1 + known), known)
        left = files_in(path.parent)
        changed = [name for name in NAMED_ALIKE if left.get(name) != content]
        scene.expect(
            not changed,
            f"Another conversation, {changed[0] if changed else ''!r}, is no longer what it was after a save to {path.name!r}.",
            why="Each file of the folder may be somebody's conversation, whatever its name ends with.",
            hint=hints.WHOSE_FILES,
        )
