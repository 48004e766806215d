"""Corrected facts: the new one is known and found, and the old one is neither."""

from __future__ import annotations

from ..engine.criteria import Scene, Texts
from . import hints
from .fact_programs import Program, text_of
from .known_facts import Known
from .several_users import WHY_NOTHING, WRONG, expect_lookup_error


def expect_corrected(scene: Scene, program: Program, old: Known, new: Known, rest: list[str]) -> None:
    """Expect that the new fact is known and found, and the old one is not."""
    found = program.known("ana")
    scene.show("known returned", Texts(found))
    scene.expect(
        old.text not in found,
        "The old fact is still known.",
        why="With both of them nobody can tell which one holds.",
        hint=hints.REPLACED,
    )
    scene.expect(
        sorted(found) == sorted([new.text, *rest]),
        "The corrected fact and all others should be known, each once.",
        why="A correction changes this one fact.",
        hint=hints.REPLACED if len(found) > len(rest) else hints.SAME_NUMBER,
    )
    for question in (old.asked, old.word, new.asked, new.word):
        found = program.about("ana", question)
        expected = [new.text] if question in (new.asked, new.word) else []
        scene.show(f"about({question!r}) returned", Texts(found))
        scene.expect(
            old.text not in found,
            "The old fact is still found.",
            why="What is found is sent.",
            hint=hints.REPLACED,
        )
        scene.expect(
            set(found) == set(expected),
            f"{expected} was expected: what is found depends on what the fact says now.",
            why="The search should find what is right now, by its own words.",
            hint=hints.REPLACED[::-1],
        )


def expect_only_the_new_sent(scene: Scene, program: Program, old: Known, new: Known) -> None:
    """Expect that a question is answered with the new fact, and that the old one is not sent."""
    reply, sent = program.ask(scene, "ana", old.asked)
    scene.expect(
        not any(old.word in text_of(request) for request in sent) and old.word not in reply,
        f"The old fact was sent: {old.word!r} stands in the request.",
        why="With both before it the model has to guess.",
        hint=hints.REPLACED,
    )
    scene.expect(
        new.word in reply,
        f"The reply should hold {new.word!r}, which is right now.",
        why="The user has said so.",
        hint=hints.REPLACED,
    )


def expect_old_number_dead(scene: Scene, program: Program, old: int, new: int, texts: list[str]) -> None:
    """Expect that a corrected fact cannot come back under its old number, if that is another one."""
    if old == new:
        return
    scene.show("Its number was, and is now", f"{old}, {new}")
    for method, *text in (("correct", WRONG), ("forget",)):
        scene.show("And with the old number somebody called", method)
        expect_lookup_error(scene, program, "ana", old, method, *text, hint=hints.OLD_NUMBER)
    scene.expect(
        sorted(program.known("ana")) == sorted(texts),
        "LookupError came, but something has changed.",
        why=WHY_NOTHING,
        hint=hints.OLD_NUMBER,
    )
