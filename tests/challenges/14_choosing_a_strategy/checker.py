"""Checks work/14_choosing_a_strategy.py: a memory that recalls more than a window and costs less than everything."""

from __future__ import annotations

import pytest

from ..engine import preconditions
from ..engine.learner_code import Work
from ..situations.long_talks import drawn
from . import hints
from .expected import (
    expect_answer,
    expect_known,
    expect_model,
    expect_nothing_made_up,
    expect_the_point,
    expect_the_system_message,
    expect_within_the_budget,
)
from .played import Played, played
from .talks import talk
from .two_memories import expect_apart, two_played

TALKS = 2


@pytest.fixture(scope="module")
def talks(challenge: Work) -> list[Played]:
    """Talks that nobody has heard before: others for each file, the same whenever it is checked."""
    chance = drawn(challenge, 14)
    seeds = [chance.randrange(100_000) for _ in range(TALKS // preconditions.HURRY)]
    return [played(challenge, talk(seed), seed) for seed in seeds]


@pytest.fixture(scope="module")
def pair(challenge: Work) -> list[Played]:
    """Two memories at once, with a small budget and long messages."""
    return two_played(challenge)


def ended(talks: list[Played]) -> list[Played]:
    """The same talks, which came to their end: what broke one off is raised here."""
    for one in talks:
        one.end()
    return talks


def test_it_answers(talks):
    """To each message, ask returns the model's reply"""
    for one in talks:
        for step in one.steps:
            if not step.planted or step.planted.kind != "never said":
                expect_answer(one, step)
        one.end()


def test_the_system_message_is_sent(talks):
    """Each request that asks what the user asks holds the system message"""
    for one in ended(talks):
        for step in one.steps:
            expect_the_system_message(one, step)


def test_every_request_names_the_model(talks):
    """Every request, your own too, names MODEL"""
    for one in ended(talks):
        for step in one.steps:
            expect_model(one, step)


def test_no_request_is_over_the_budget(talks, pair):
    """No request, your own too, has more than max_tokens tokens, whatever it is and however long messages are"""
    for one in [*ended(talks), *pair]:
        for step in one.steps:
            expect_within_the_budget(one, step)
    for one in pair:
        one.end()


def test_what_was_said_early_is_known(talks):
    """What was said early is known long after"""
    expect_known(ended(talks), "that were said early", hints.NOTHING_STANDS_FOR_IT, "early")


def test_of_what_was_corrected_the_new_value_is_known(talks):
    """Of what was corrected, the value is known that holds now"""
    expect_known(ended(talks), "that were corrected", hints.CORRECTION_LOST, "corrected")


def test_what_is_not_so_is_known(talks):
    """What is not so is known as such"""
    expect_known(ended(talks), "of what is not so", hints.DENIAL_LOST, "negated")


def test_what_the_assistant_said_is_known(talks):
    """What only the assistant has said is known"""
    expect_known(ended(talks), "that only the assistant has said", hints.ONLY_THE_USER, "by the assistant")


def test_what_a_tool_has_found_is_known(talks):
    """What came back from a tool is known"""
    expect_known(ended(talks), "from the result of a tool", hints.RESULT_LOST, "in a tool result")


def test_what_was_never_said_is_not_made_up(talks):
    """What was never said is not made up"""
    expect_nothing_made_up(ended(talks))


def test_two_memories_share_nothing(talks, pair):
    """Two memories share nothing"""
    ended(talks)
    expect_apart(pair)


def test_the_point_is_reached(talks):
    """The point is reached: 85 % of all facts, at 37 % of what it costs to send everything"""
    expect_the_point(ended(talks))
