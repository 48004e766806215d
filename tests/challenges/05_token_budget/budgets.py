"""Histories and budgets for them: what requests cost, what should be sent, and budgets at the edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

from hypothesis import strategies as st

import chat_memory

from ..engine.criteria import Message
from ..situations.histories import CALLS, LENGTHS, a_long_history, histories, turns_of, words

PRIMING = 3


class Case(NamedTuple):
    """A history, and a budget for its request."""

    history: list[Message]
    max_tokens: int


class Counting:
    """The message_tokens that is handed in: it counts, and notes what it was asked about."""

    def __init__(self) -> None:
        self.asked: list[Message] = []

    def __call__(self, message: Message) -> int:
        self.asked.append(dict(message))
        return chat_memory.message_tokens(message)


def as_text(message: Message) -> str:
    return json.dumps(message, sort_keys=True, default=str)


def cost(messages: list[Message], tokens: Callable[[Message], int] = chat_memory.message_tokens) -> int:
    """What messages cost, without the priming."""
    return sum(map(tokens, messages))


def needs(history: list[Message], tokens: Callable[[Message], int] = chat_memory.message_tokens) -> list[int]:
    """What requests cost with the newest turn, with the newest two, and so on."""
    turns = [cost(turn, tokens) for turn in reversed(turns_of(history))]
    return list(accumulate(turns, initial=PRIMING + cost(history[:1], tokens)))[1:]


def edges(history: list[Message]) -> list[int]:
    """Budgets for a request that hold some turns exactly, and up to two tokens more or less; the question always fits."""
    steps = needs(history)
    return [step + more for step in steps for more in (0, -1, 1, -2, 2) if step + more >= steps[0]]


def fitting(
    history: list[Message], max_tokens: int, tokens: Callable[[Message], int] = chat_memory.message_tokens
) -> list[Message]:
    """What should be sent."""
    count = sum(needed <= max_tokens for needed in needs(history, tokens))
    return [history[0], *(message for turn in turns_of(history)[-count:] for message in turn)]


@st.composite
def talks(draw: st.DrawFn, least: int = 0, same: bool = False) -> list[Message]:
    """A history that ends with a question."""
    history = draw(histories(least=least, most=5, calls=CALLS, ends_with_question=True, same=same))
    history[0]["content"] = words("Be brief.", draw(LENGTHS))
    return history


@st.composite
def budgets(draw: st.DrawFn, least: int = 0, roomy: bool = False, same: bool = False, exactly: bool = True) -> Case:
    """A history, and a budget that holds some of its turns: exactly, or with as much to spare as one turn less can have.

    With `roomy` at least the priming is to spare, so that it makes no difference whether it was counted. Without `exactly`
    some tokens are to spare.
    """
    history = draw(talks(least, same))
    steps = needs(history)
    count = draw(st.integers(0, len(steps) - 1))
    exact, next_one = steps[count], steps[count + 1] if count + 1 < len(steps) else steps[count] + 8
    spare = draw(st.sampled_from((1.0, 0.5, 0.0) if exactly else (1.0, 0.5)))
    budget = exact + int(spare * (next_one - 1 - exact))
    return Case(history, min(budget, next_one - 1 - PRIMING) if roomy else budget)


def a_long_case(turns: int) -> Case:
    """A talk of so many turns and a question, and a budget that holds half of the turns."""
    history = [*a_long_history(turns), {"role": "user", "content": "And now?"}]
    return Case(history, needs(history)[turns // 2])


def in_other_words(history: list[Message]) -> tuple[list[Message], dict[str, int]]:
    """The same history where no two messages have the same content; and what each costs as it was, under its text."""
    other = [{**message, "content": f"{message['content']} ({i})"} for i, message in enumerate(history)]
    return other, {as_text(new): chat_memory.message_tokens(old) for new, old in zip(other, history, strict=True)}


@st.composite
def misfits(draw: st.DrawFn) -> Case:
    """A history with a large turn somewhere in the middle, and a budget for which this turn is just too large."""
    history = draw(talks(least=2))
    count = draw(st.integers(1, len(turns_of(history)) - 2))
    large = turns_of(history)[-1 - count]
    large[0]["content"] = words(large[0]["content"], 60)
    return Case(history, needs(history)[count] - 1)
