"""Programs that are killed while they save: what each would leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..engine.criteria import Message, Scene
from ..engine.other_programs import SAVED, Left, Stuck
from ..engine.preconditions import beforehand
from . import hints
from .conversations import turn
from .folders import Room
from .saving_and_resuming import FOUND, SAVED_NOW, holding, resume, words
from .two_programs import expect_saved, stuck

KILLED, LEFT = "The program was killed at", "It left"


@dataclass
class Killed:
    """A save that was killed: what was there before, what was being saved, and what it left."""

    before: list[Message]
    turn: list[Message]
    left: Left

    def scene(self) -> Scene:
        scene = Scene()
        scene.show(FOUND, self.before)
        scene.show(SAVED_NOW, self.turn)
        scene.show(KILLED, f"line {self.left.line}: {self.left.code}")
        for name, content in self.left.files.items():
            scene.show(LEFT, f"{name}, {'a folder' if content is None else f'{len(content):,} bytes'}")
        return scene


def collect(room: Room, before: list[list[Message]], messages: list[Message]) -> list[Killed]:
    path, held, scene = holding(room, *before), [one for said in before for one in said], Scene()
    scene.show(FOUND, held)
    scene.show(SAVED_NOW, messages)
    try:
        done = room.programs[1].do(kind="killed", path=path, turn=messages, known=len(held))
    except Stuck:
        return stuck(scene)
    with beforehand():
        scene.expect(
            done.outcome == SAVED,
            f"Another program could not save a turn: {words(done.outcome, path)}{done.place}",
            why="A program that is started tomorrow knows nothing but the file.",
            hint=hints.IN_MEMORY,
        )
        expect_saved(scene, resume(room.challenge, path, scene), [*held, *messages])
    return [Killed(held, messages, left) for left in done.left]


def kills_of(room: Room) -> Callable[[], list[Killed]]:
    """Save turns in another program, when asked first, and collect what would be left of each if that were killed."""
    cases: list[Killed] = []

    def collected() -> list[Killed]:
        if not cases:
            said = ([turn(11), turn(12, 30)], turn(13)), ([turn(14)], [*turn(15, 1500), *turn(16)]), ([], turn(17, 900))
            for before, messages in said:
                cases.extend(collect(room, before, messages))
            room.programs[1].end()  # whoever looks for it, by its number in a lock, finds that it is gone
        return cases

    return collected
