"""A greeting before the first question: a turn of its own, the oldest."""

from __future__ import annotations

from ..engine.criteria import Message, NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import works
from ..situations.histories import SYSTEM, copied, turns_of
from . import hints
from .conversations import QUESTION
from .windows import TOO_FEW_OR_MANY, window_of

WHY_GREETINGS = (
    "Many programs open with a greeting, and then the first message after the instructions is not the user's."
)


def expect_its_place(scene: Scene, window: list[Message], turns: list[list[Message]], keep_turns: int) -> None:
    """The greeting, the first of the turns, is there or not, as it should be."""
    there = window[1:2] == turns[0]
    count = (
        f"There are {len(turns)} turns, the greeting is the oldest"
        if len(turns) > 1
        else "The greeting is the only turn"
    )
    scene.expect(
        not there or keep_turns >= len(turns),
        f"{count}, and it is sent although {keep_turns} newer {'one is' if keep_turns == 1 else 'ones are'}.",
        why="It is an old turn like any other: it is paid for in every request, and one day it has to go.",
        hint=hints.A_TURN_OF_ITS_OWN,
    )
    scene.expect(
        there or keep_turns < len(turns),
        f"{count}, so with keep_turns={keep_turns} it should be sent.",
        why=WHY_GREETINGS,
        hint=hints.BEFORE_THE_FIRST_QUESTION,
    )


def expect_the_greeting(challenge: Work, history: list[Message], keep_turns: int) -> None:
    """A greeting is sent as long as there are fewer than `keep_turns` turns after it."""
    greeting, turns, handed = history[1], [history[1:2], *turns_of(history)], copied(history)
    try:
        scene, window = window_of(challenge, history, keep_turns, handed)
    except NotYet as problem:
        at_greetings = problem.__cause__ is not None and works(lambda: window_of(challenge, [SYSTEM, *QUESTION], 1))
        Scene.newest.expect(
            not at_greetings,
            f"This history opens with a greeting, and there {problem.what[:1].lower()}{problem.what[1:]} {problem.why}",
            why=WHY_GREETINGS,
            hint=hints.NO_TURN_YET,
        )
        raise
    expect_its_place(scene, window, turns, keep_turns)
    expected = [history[0], *(message for turn in turns[-keep_turns:] for message in turn)]
    scene.show("Expected", expected)
    scene.expect(
        window == expected,
        "What came back are not the system message and the last turns, of which the greeting is the oldest.",
        why=TOO_FEW_OR_MANY,
        hint=hints.EQUAL_MESSAGES if history.count(greeting) > 1 else hints.ONE_TURN,
    )
    scene.expect(
        handed == history,
        "The list that was handed in has changed.",
        why="The history is what is remembered, and the greeting was said.",
        hint=hints.TAKEN_OUT,
    )
