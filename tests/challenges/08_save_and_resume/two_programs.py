"""Two programs that save to the same file, one after the other or at the same moment."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..engine.criteria import Message, Scene
from ..engine.learner_code import Work
from ..engine.other_programs import CONFLICT, SAVED, Done, Files, Program, Stuck
from . import hints
from .conversations import turn
from .folders import Room
from .saving_and_resuming import FOUND, tried, words

HELD = "When the other one came in, the first was at"


def job(room: Room, scene: Scene, path: Path, messages: list[Message], known: int) -> Done:
    """Let another program save a turn."""
    try:
        return room.programs[0].do(kind="saved", path=path, turn=messages, known=known)
    except Stuck:
        return stuck(scene)


def stuck(scene: Scene, hint: Sequence[str] = hints.STUCK) -> Any:
    scene.expect(False, "save did not end within 3 seconds.", why="The user is waiting.", hint=hint)


def expect_saved(scene: Scene, found: list[Message], expected: list[Message]) -> None:
    scene.expect(
        found == expected,
        f"{len(expected)} messages were expected, the other program's among them.",
        why="What is not in the answer of resume is not known to the model, and the next save may destroy it.",
        hint=hints.OF_AN_EARLIER_CALL,
    )


def count_steps(room: Room, files: Files, held: list[Message]) -> int:
    """How many calls that leave Python a save makes."""
    scene = Scene()
    try:
        job = {"kind": "saved", "path": room.new(files), "turn": turn(23), "known": len(held), "hold": 1 << 30}
        return room.programs[0].do(**job).steps
    except Stuck:
        return stuck(scene)


def expect_one_winner(challenge: Work, room: Room, files: Files, held: list[Message], hold: int | None) -> None:
    """Let two programs save. Before the step `hold` the first is held up until the second has saved, or waits for it."""
    path, scene = room.new(files), Scene()
    jobs = [{"kind": "saved", "path": path, "turn": turn(number), "known": len(held)} for number in (24, 25)]
    scene.show(FOUND, held)
    scene.show("One program saves", jobs[0]["turn"])
    scene.show("and another one at the same time", jobs[1]["turn"])
    try:
        first, second = let_both_save(challenge, scene, room.programs, jobs, hold)
    except Stuck:
        return stuck(scene, hints.BUSY)
    scene.show("To the first one, save said", words(first.outcome, path))
    scene.show("and to the other one", words(second.outcome, path))
    whole = [held, [*held, *turn(24)]]
    if second.found is not None:
        scene.expect(
            second.found in whole,
            f"The other program called resume in between, which raised {second.found}"
            if isinstance(second.found, str)
            else "The other program called resume in between, and read something that was never said.",
            why="While one writes, another one may read: what was there before, or what is there afterwards.",
            hint=hints.KILLED if "Damaged" in str(second.found) or not isinstance(second.found, str) else hints.BUSY,
        )
    expect_a_fair_end(challenge, scene, path, held, [first, second])
    return None


def let_both_save(
    challenge: Work, scene: Scene, programs: list[Program], jobs: list[dict[str, Any]], hold: int | None
) -> tuple[Done, Done]:
    """Let two programs do a job each, the second as soon as the first is held up before the step `hold`, or at once."""
    one, other = programs
    if hold is None:
        one.start(**jobs[0])
        other.start(**jobs[1])
        return one.result(), other.result()
    one.start(**jobs[0], hold=hold)
    first = one.result()
    held_up = isinstance(first, int)
    if held_up:
        line = linecache.getline(str(challenge.path), first).strip()
        scene.show(HELD, f"line {first}: {line}")
    other.start(**jobs[1], read=True)
    other.waits()
    if held_up:
        one.go_on()
        first = one.result()
    return first, other.result()


def expect_a_fair_end(challenge: Work, scene: Scene, path: Path, held: list[Message], done: list[Done]) -> None:
    strange = [f"{words(one.outcome, path)}{one.place}" for one in done if one.outcome not in (SAVED, CONFLICT)]
    saved = [turn(24 + number) for number, one in enumerate(done) if one.outcome == SAVED]
    found, raised = tried(challenge, "resume", path)
    if not raised:
        scene.show("In the end, resume returned", found)
    why = "Two windows, two servers, a script at night: whoever is told that a turn was saved relies on it."
    scene.expect(
        raised is None,
        f"The file is no longer what it should be: {words(raised, path) if raised else ''}",
        why=why,
        hint=hints.LOCK,
    )
    scene.expect(
        not strange,
        f"The slower of the two should get Conflict, or wait, but it got {strange[0] if strange else ''}",
        why="It is no fault of the file or of the user, and to resume and ask again is all that is needed.",
        hint=hints.BUSY,
    )
    scene.expect(
        saved,
        "Both programs got Conflict, and nobody's turn was saved.",
        why="If both give way, and try again, that can go on for ever.",
        hint=hints.NOBODY_FIRST,
    )
    scene.expect(
        len(saved) == 1,
        "Both were told that their turn was saved, although neither knew of the other one's"
        + (". Only one of the turns is there." if len(found) < len(held) + 4 else "."),
        why=why,
        hint=hints.LOCK,
    )
    scene.expect(
        found == [*held, *saved[0]],
        "What resume returns is not what was there, and then the turn that was saved.",
        why=why,
        hint=hints.LOCK,
    )
