"""Several users with names of all kinds: what is known of one, and its numbers, is for no other one."""

from __future__ import annotations

from typing import Any

from ..engine.criteria import NotYet, Scene, Texts
from ..engine.told_once import shortened
from . import hints
from .fact_programs import Program, text_of

# none of them is the user "ana"
STRANGERS = "zoe|ana' OR '1'='1|%|an_|Ana|ana | ana|../ana|ana' --|ana\" OR \"\"=\"|ana*|ana.json|ana;|an".split("|")
STRANGERS += ["ａｎａ", "ana\n", 'x\t"y"\n1\tana', "日本" * 20, "Ren\xe9", "Rene\u0301", "Straße", "Strasse"]
# each pair has the same CRC-32, or the same first 8 digits of MD5, SHA-1, SHA-256, SHA-512, BLAKE2
STRANGERS += "plumless buckeroo user85453 user89518 user116016 user137276 user90137 user118756".split()
STRANGERS += "user28498 user33598 user28052 user87424".split()
ALIKE = ("Ana", "ana ", "ana\n", "ａｎａ")  # of these: nearly "ana"
LONG_NAMES = ("x" * 300 + "a", "x" * 300)
MISSING = 10**6  # the number of no fact
WRONG = "The user lives in Oslo."
WHY_OTHERS = "One user would read what is known of another one."
WHY_NOTHING = "What was refused has not happened."


def whose(program: Program, user: str) -> tuple[str, ...]:
    """Hints where this user got what is known of another one."""
    if user in ("ana", "ben", "zoe", "an"):
        return program.hint(hints.WHOSE)
    return hints.SQL if program.has_database() and ("'" in user or '"' in user) else program.hint(hints.NAMES_COMPARED)


def expect_own(scene: Scene, program: Program, user: str, asked: str, own: list[str]) -> None:
    """Expect that a user gets what is known of this user, and nothing else."""
    hint = whose(program, user)
    for method, found in (("known", program.known(user)), ("about", program.about(user, asked))):
        name = shortened(repr(user), 40)
        scene.show(f"{method} of the user {name} returned", Texts(found))
        scene.expect(
            set(found) <= set(own),
            f"{method} of the user {name} returned what is known of somebody else.",
            why=WHY_OTHERS,
            hint=hint,
        )
        scene.expect(
            set(found) == set(own),  # whether one comes twice is for the tests above
            f"One fact was remembered of the user {name}, and {method} has not returned it.",
            why="Names of users are whatever people have chosen. Each is a user.",
            hint=hint,
        )


def expect_answers_of_their_own(program: Program, asked: str, text: str, words: list[str]) -> None:
    """Expect that what is known of ana, with the first of these words, and of ben, with the second, answers no other one."""
    for user, own in (("ana", words[:1]), *((user, []) for user in ("zoe", "%", "ana' OR '1'='1", *ALIKE))):
        scene = Scene()
        scene.show("Of ana is known", text.format(words[0]))
        scene.show("Of ben is known", text.format(words[1]))
        reply, sent = program.ask(scene, user, asked)
        strange = [word for word in words[:2] if word not in own and word in "\n".join([reply, *map(text_of, sent)])]
        scene.expect(
            not strange,
            f"What {user!r} was answered rests on {strange}, which is known of somebody else.",
            why=WHY_OTHERS,
            hint=whose(program, user),
        )


def expect_refused(program: Program, user: str, number: int, of_ana: list[str], own: list[str]) -> None:
    """Expect that a user cannot correct or forget a fact under this number, and that nothing changes."""
    for method, *text in (("correct", WRONG), ("forget",)):
        scene = Scene()
        scene.show("Of ana is known", Texts(of_ana))
        scene.show(f"The user {user!r} called {method} with the number", str(number))
        expect_lookup_error(scene, program, user, number, method, *text, hint=program.hint(hints.NUMBERS_OF_OTHERS))
        for one, expected in (("ana", of_ana), (user, own)):
            found = program.known(one)
            scene.show(f"known({one!r}) then returned", Texts(found))
            scene.expect(
                found == expected,
                "LookupError came, but something has changed.",
                why=WHY_NOTHING,
                hint=program.hint(hints.TAKEN_BACK),
            )


def expect_lookup_error(
    scene: Scene, program: Program, user: str, number: int, method: str, *text: str, hint: tuple[str, ...]
) -> None:
    """Expect that correct or forget, called with a number that no fact of this user has, raises LookupError."""
    error: Any = None
    try:
        getattr(program.facts, method)(user, number, *text)
    except NotYet as problem:
        if not isinstance(problem.__cause__, Exception):
            raise
        error = problem.__cause__
    scene.expect(
        isinstance(error, LookupError),
        "This user has no fact of this number. LookupError was expected, and "
        f"{type(error).__name__ if error else 'no error'} came.",
        why="Whoever guesses a number must not reach what is known of others, and the caller should hear that nothing was done.",
        hint=hint,
    )
