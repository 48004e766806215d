"""Two memories in one program, with a smaller budget and long messages in the end: neither knows anything of the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from chat_memory.scoreboard.talk import Planted, Talk

from ..engine.criteria import NotStarted, NotYet, NoUse
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..situations.long_talks import drawn
from ..situations.told_facts import spoken
from . import hints
from .model import Model
from .played import MADE, RETURNED, SENT, Played, Step
from .reading import thing_of
from .talks import Maker, talk
from .wordings import SMALL_TALK

SHORT, LONG = 10, 6  # turns of each: in the first ones facts are said, and the last ones are long
TURNS = SHORT + LONG  # and after them each is asked for what was said to the other one
BUDGETS = range(1_150, 1_190)  # tokens, of which one is drawn: about three turns that are long
LONGER = 8  # times as much small talk
ASKED = 2  # questions about what was said to the other one
WHY = "A program talks with many users at once. What one has said is no business of another."


def two_played(challenge: Work) -> list[Played]:
    """Talk with two memories in turn, by the same client, and ask each of them what was said to the other one."""
    chance = drawn(challenge, 15)
    budget = chance.choice(BUDGETS)
    seeds = [chance.randrange(100_000) for _ in range(2)]
    first, second = (longer(talk(seed), seed) for seed in seeds)
    model = Model(first)
    client = model.client()
    pair = [Played(each, model, seed, budget, client) for each, seed in zip((first, second), seeds, strict=True)]
    try:
        for number in range(TURNS):
            for one in pair:
                one.ask(challenge, one.talk.turns[number])
        for one, other in (pair, pair[::-1]):
            for planted in [*told_to(one.talk, other.talk)][:ASKED]:
                other.ask(challenge, None, planted)
    except (NotYet, NotStarted, NoUse) as problem:
        pair[0].problem = problem
    return pair


def longer(whole: Talk, seed: int) -> Talk:
    """The beginning of a talk, with more small talk in the last turns: the same words again and again."""
    maker = Maker(Random(seed))
    turns = list(whole.turns[:SHORT])
    for turn in whole.turns[SHORT:TURNS]:
        more = " ".join(" ".join(maker.small_talk(SMALL_TALK)) for _ in range(LONGER))
        turns.append(replace(turn, user=f"{turn.user} {more}"))
    told = [replace(planted, said=tuple(s for s in planted.said if s.turn < TURNS)) for planted in whole.planted]
    return replace(whole, turns=tuple(turns), planted=tuple(planted for planted in told if planted.said))


def told_to(one: Talk, other: Talk) -> Iterator[Planted]:
    """What was told in one of two talks about a thing that the other one does not speak of."""
    for planted in one.planted:
        if planted.kind != "negated" and not any(thing_of(planted.question) in turn.user for turn in other.turns):
            yield planted


def expect_apart(pair: list[Played]) -> None:
    """Nothing that was said to one stands in what the other one sends, or returns."""
    with beforehand():
        pair[0].end()
    for one, other in (pair, pair[::-1]):
        heard = said_to(one.talk, other.talk)
        for step in other.steps:
            expect_nothing_of(heard, step)


def expect_nothing_of(heard: re.Pattern[str], step: Step) -> None:
    """Nothing of this stands in what was sent for a message, or was returned."""
    step.scene.shown = [shown for shown in step.scene.shown if shown.title in (MADE, SENT, RETURNED)]
    sent = "\n".join(text for request in step.sent for _, text in spoken(request))
    for text, what in ((sent, "A request of one memory holds"), (str(step.reply), "One memory tells")):
        found = heard.search(text)
        step.scene.expect(
            not found,
            f"{what} what was said to another one, or replied to it: {found and found[0]!r:.80}",
            why=WHY,
            hint=hints.SHARED,
        )


def said_to(one: Talk, other: Talk) -> re.Pattern[str]:
    """What is found only where something was heard of one of two talks: its messages, its replies, and the values in them."""
    texts = {text for turn in one.turns for text in (turn.user, turn.reply)}
    values = {
        value for planted in one.planted for value in (*planted.answers, *planted.wrong) if planted.kind != "negated"
    }
    elsewhere = "\n".join(text for turn in other.turns for text in (turn.user, turn.reply)).lower()
    own = [re.escape(text) for text in texts if text.lower() not in elsewhere]
    own += [
        rf"\b{re.escape(value)}\b" for value in values if not re.search(rf"\b{re.escape(value)}\b", elsewhere, re.I)
    ]
    return re.compile("|".join(own), re.I)
