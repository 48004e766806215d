"""Budgets into which the question does not fit: a ValueError says what is needed, and what there is."""

from __future__ import annotations

import re

from ..engine.criteria import Lines, Message, NotYet, Scene
from ..engine.learner_code import Work
from ..situations.histories import copied
from . import hints
from .budgets import Counting, needs
from .trimming import call, given_in, what_is_needed


def impossible(needed: int, max_tokens: int, reply_tokens: int) -> str:
    words = what_is_needed(reply_tokens)
    return f"{words[0].upper()}{words[1:]} are {needed} tokens, more than {max_tokens}"


def expect_a_telling_error(scene: Scene, problem: NotYet, needed: int, max_tokens: int, reply_tokens: int) -> None:
    """What was raised is a ValueError, and both numbers stand in it."""
    scene.expect(
        isinstance(problem.__cause__, ValueError),
        f"{impossible(needed, max_tokens, reply_tokens)}. A ValueError was expected, but there came {problem.why}",
        why="Who calls your function catches a ValueError, and asks the user for a shorter question.",
        hint=hints.RAISED_BY_ITSELF,
    )
    scene.show("You raised", Lines([problem.why]))
    numbers = set(map(int, re.findall(r"\d+", re.sub(r"(?<=\d)[,_](?=\d{3})", "", str(problem.__cause__)))))
    scene.expect(
        {needed, max_tokens} <= numbers,
        f"The message of the error should hold {needed}, the tokens that are needed, and {max_tokens}, max_tokens.",
        why="Whoever reads it wants to know by how much it is too long.",
        hint=hints.NUMBERS_WITH_ROOM if reply_tokens else hints.NUMBERS,
    )


def expect_no_return(scene: Scene, sent: object, question: Message, why_impossible: str, reply_tokens: int) -> None:
    """Nothing may come back: say what of it is worst."""
    scene.show("You returned", copied(sent))
    there = isinstance(sent, (list, tuple)) and question in sent
    scene.expect(
        False,
        f"{why_impossible}, so a ValueError was expected, but something came back.",
        why="The server refuses it, or cuts the reply: better that your program says so, with the numbers, beforehand."
        if there
        else "The question has vanished silently: the model answers something else, and nobody knows why.",
        hint=hints.NO_ROOM_BESIDE_IT
        if there and reply_tokens
        else hints.QUESTION_TOO_LONG
        if there
        else hints.QUESTION_DROPPED,
    )


def expect_an_error(challenge: Work, history: list[Message], max_tokens: int, reply_tokens: int) -> None:
    """Where system message, question and reply do not fit, the learner's function raises a ValueError with the numbers."""
    needed, question = needs(history)[0] + reply_tokens, copied(history[-1])
    scene = Scene()
    given_in(scene, history, max_tokens, reply_tokens)
    try:
        sent = call(challenge, history, max_tokens, Counting(), reply_tokens)
    except NotYet as problem:
        if problem.__cause__ is None:
            raise
        expect_a_telling_error(scene, problem, needed, max_tokens, reply_tokens)
    else:
        expect_no_return(scene, sent, question, impossible(needed, max_tokens, reply_tokens), reply_tokens)
