"""Facts in different files: what is stored in one is not known from another."""

from __future__ import annotations

from ..engine.criteria import Scene, Texts
from ..engine.learner_code import Work
from . import hints
from .fact_programs import AskedServer, Program


def expect_files_apart(challenge: Work, program: Program, server: AskedServer) -> None:
    """Expect that what is stored in one file is not known from another one, be it in use at the same time."""
    elsewhere = Program(challenge, program.path.with_name("other.facts"), server)
    scene = Scene()
    found = elsewhere.known("ana")
    scene.show("In another file nothing was stored. From that one known returned", Texts(found))
    scene.expect(
        found == [],
        "What was stored in one file is known from another one.",
        why="Two programs for different people would share what they know.",
        hint=hints.SHARED,
    )
    beside = elsewhere.opened(program.path.with_name("third.facts"))
    elsewhere.remember("ana", "The user likes coffee.")
    scene.expect(
        list(beside.known("ana")) == [],
        "Two files were in use at the same time, and what was stored in one is known from the other.",
        why="Two programs for different people would share what they know.",
        hint=hints.SHARED,
    )
