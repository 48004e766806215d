"""Two memories in one program: what is said to one of them is not sent by the other."""

from __future__ import annotations

from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..situations.long_talks import drawn
from ..situations.told_facts import spoken
from . import hints
from .model import Model
from .played import MADE, SENT, Played
from .talks import EARLY, talk

TURNS = EARLY  # in which facts are said


def expect_apart(challenge: Work) -> None:
    """Talk with two memories in turn, and look for what was said to one in what the other sends."""
    chance = drawn(challenge, 15)
    pair = [Played(talk(seed), Model(talk(seed)), seed) for seed in (chance.randrange(100_000) for _ in range(2))]
    for number in range(TURNS):
        for one in pair:
            with beforehand():
                one.ask(challenge, one.talk.turns[number])
    for one, other in (pair, pair[::-1]):
        said = {turn.user for turn in one.talk.turns[:TURNS]} - {turn.user for turn in other.talk.turns[:TURNS]}
        for step in other.steps:
            for request in step.sent:
                heard = next((text for text in said if any(text in sent for _, sent in spoken(request))), "")
                step.scene.shown = [shown for shown in step.scene.shown if shown.title in (MADE, SENT)]
                step.scene.expect(
                    not heard,
                    f"A request of one memory holds what was said to another one: {heard!r:.80}",
                    why="A program talks with many users at once. What one has said is no business of another.",
                    hint=hints.SHARED,
                )
