"""Texts and questions that are odd: quotation marks, orders of SQL, other scripts, line ends."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from ..engine.told_once import shortened
from . import hints
from .fact_programs import REMEMBERED, Program
from .folders import Room
from .several_users import WHY_OTHERS

ODD = (
    "The user's motto is \"'; DROP TABLE facts; --\".",
    "日本へ行きたい",
    "🙂👩‍👩‍👧 is the user's favourite emoji",
    "100% of _it_ is [in] {braces} \\ and \\n",
    "NEAR(one two) AND NOT three OR four*",
    "One line\nand another",
    "\u2028 <b>bold</b> & null None",
    "The user's sister is called Zoë.",
)
QUERIES = (
    *"\" ' NOT NEAR( dog* text:dog % _ ? 日本 🙂".split(),
    "dog AND",
    "dog' OR '1'='1",
    "^ (",
    "",
    "  ",
    "dog " * 400,
)
LETTERS = st.characters(exclude_categories=["Cs", "Cc"])  # no half of an emoji, nothing that cannot be seen
WHY_EXACT = "People write what they write, and it should come back as it was, letter by letter."


def expect_no_harm_of_questions(program: Program, known: list[str]) -> None:
    """Expect that odd questions find nothing else than what is known of this user, and can be answered."""
    for question in QUERIES:
        scene = Scene()
        scene.show("about was asked", question)
        strange = [text for text in program.about("o'neil", question) if text not in known]
        scene.expect(
            not strange, f"{strange[:1]} is no fact of this user.", why=WHY_OTHERS, hint=program.hint(hints.WHOSE)
        )
    for question in ('What is "my" dog called?', "dog* AND (called", "🙂?", ""):
        program.ask(Scene(), "o'neil", question)


def expect_a_list_of_its_own(program: Program, known: list[str]) -> None:
    """Expect that what a caller does to the list that known has returned changes nothing."""
    scene = Scene()
    returned = program.facts.known("o'neil")
    if isinstance(returned, list):
        returned.append("only in the caller's list")
    scene.expect(
        program.known("o'neil") == known,
        "The list that known had returned was changed by its caller, and now known returns what he wrote into it.",
        why="Only remember, correct and forget change what is known.",
        hint=hints.OWN_LIST,
    )


@given(text=st.text(LETTERS, min_size=1, max_size=20).filter(lambda text: text == text.strip()))
@settings(max_examples=8)
def try_any_text(challenge: Work, room: Room, text: str) -> None:
    program, scene = room.new(), Scene()
    scene.show(REMEMBERED, repr(text))
    number = program.remember(text, text)
    found = program.known(text)
    scene.expect(
        found == [text],
        f"known returned {shortened(repr(found), 80)}",
        why=WHY_EXACT,
        hint=hints.LETTERS,
    )
    program.about(text, text)
    program.forget(text, number)
    scene.expect(
        program.known(text) == [],
        "It was forgotten, and is still known.",
        why="People write what they write.",
        hint=hints.FORGOTTEN,
    )
