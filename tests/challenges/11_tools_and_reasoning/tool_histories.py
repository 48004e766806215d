"""Histories with tools, what requests of them cost, and what of them has to stay within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from hypothesis import strategies as st

from chat_memory import message_tokens

from ..engine import preconditions
from ..engine.criteria import Message
from ..situations.histories import LENGTHS, SYSTEM, Topics, words

PRIMING = 3
SHORT = 40  # tokens: what a result may be shortened to before anything is dropped
RESULTS = st.sampled_from((0, 0, 4, 30, 30, 120))  # words more than the shortest result has
LARGE = st.sampled_from((60, 120, 200))
THOUGHT = "reasoning_content"
MORE_KEYS = st.sampled_from(({}, {}, {"name": "look_up"}))  # of a result: some programs give it the function's name


class Case(NamedTuple):
    """A history, and a budget for its request."""

    history: list[Message]
    max_tokens: int


@st.composite
def steps(draw: st.DrawFn, topics: Topics, town: str, thinks: bool, results: st.SearchStrategy[int]) -> list[Message]:
    """A step: one to three calls, and their results."""
    ids = [topics.id() for _ in range(draw(st.sampled_from((1, 2, 1, 2, 3))))]
    function = {"name": "look_up", "arguments": f'{{"town": "{town}"}}'}
    calls = [{"id": id, "type": "function", "function": function} for id in ids]
    called = {"role": "assistant", "content": None, "tool_calls": calls}
    if thinks:
        called[THOUGHT] = words(f"I look up {town}.", draw(LENGTHS))
    said = [{"role": "tool", "tool_call_id": id, "content": draw(texts(topics.found(), draw(results)))} for id in ids]
    return [called, *(result | draw(MORE_KEYS) for result in said)]


@st.composite
def texts(draw: st.DrawFn, found: str, more: int) -> str:
    """What a function has found: in words, in lines, or as one long word, as pages and data have it."""
    text, between = words(found, more), draw(st.sampled_from((" ", " ", "\n", "_")))
    return text if between == " " else text.replace(" ", between)


@st.composite
def turns(
    draw: st.DrawFn, topics: Topics, thinks: bool, count: st.SearchStrategy[int], is_newest: bool = False
) -> list[Message]:
    """A turn with so many steps with calls, and an answer unless it is the newest."""
    town, question, reply = topics.next()
    turn: list[Message] = [{"role": "user", "content": words(question, draw(LENGTHS))}]
    number = draw(count)
    for step in range(number):
        newest = is_newest and step == number - 1
        turn += draw(steps(topics, town, thinks, LARGE if newest else RESULTS))
    if not is_newest:
        answer = {"role": "assistant", "content": words(reply, draw(LENGTHS))}
        turn.append(answer | ({THOUGHT: words(f"I think of {town}.", draw(LENGTHS))} if thinks else {}))
    return turn


@st.composite
def histories(
    draw: st.DrawFn,
    *,
    older: st.SearchStrategy[int] = st.integers(0, 4),  # noqa: B008
    newest: st.SearchStrategy[int] = st.integers(0, 3),  # noqa: B008
    thinks: bool | None = None,
) -> list[Message]:
    """A history with so many older turns, with calls or without, and so many steps in its newest turn."""
    topics = Topics(draw(st.integers(0, 9_999)))
    thinks = draw(st.booleans()) if thinks is None else thinks
    old = [draw(turns(topics, thinks, st.integers(0, 2))) for _ in range(draw(older))]
    return [SYSTEM.copy(), *chain(*old), *draw(turns(topics, thinks, newest, is_newest=True))]


def is_called(turn: Iterable[Message]) -> bool:
    return any(message.get("tool_calls") for message in turn)


def without_thought(message: Message) -> Message:
    return {key: value for key, value in message.items() if key != THOUGHT}


def has_a_plain_turn(history: list[Message]) -> bool:
    """Whether one of the older turns called no tool."""
    return not all(map(is_called, Parts(history).older))


def with_a_large_turn(history: list[Message]) -> list[Message]:
    """The same history with a long question in the newest of the older turns but one."""
    places = [i for i, message in enumerate(history) if message["role"] == "user"][-3:-2]
    return [m | {"content": words(m["content"], 60)} if i in places else m for i, m in enumerate(history)]


class Parts:
    """The parts of a history, with the reasoning of plain turns gone; and what requests of them cost."""

    def __init__(self, history: Sequence[Message]) -> None:
        starts = [i for i, message in enumerate(history) if message["role"] == "user"]
        cut = [list(history[i:j]) for i, j in zip(starts, [*starts[1:], len(history)], strict=True)]
        cut = [turn if is_called(turn) else [without_thought(message) for message in turn] for turn in cut]
        self.system, self.older, self.question = history[0], cut[:-1], cut[-1][0]
        self.steps: list[list[Message]] = []
        for message in cut[-1][1:]:
            if message["role"] == "tool":
                self.steps[-1].append(message)
            else:
                self.steps.append([message])
        self.bare = PRIMING + cost([self.system, self.question])
        self.size = self.bare + sum(map(cost, self.older)) + sum(map(cost, self.steps))  # of the whole
        self._older, self._steps = [*map(least, self.older)], [*map(least, self.steps)]
        self._newest = sum(map(cost, self.steps[-1:]))

    @property
    def whole(self) -> list[Message]:
        return self.request(len(self.older), len(self.steps))

    def request(self, older: int, steps: int) -> list[Message]:
        """The request with so many of the newest older turns, and so many of the newest steps."""
        turns, kept = self.older[len(self.older) - older :], self.steps[len(self.steps) - steps :]
        return [self.system, *chain(*turns), self.question, *chain(*kept)]

    def with_older(self, count: int) -> int:
        """What a request costs with so many older turns, all results short that are before the newest step."""
        return self.bare + sum(self._older[len(self.older) - count :]) + sum(self._steps[:-1]) + self._newest

    def with_steps(self, count: int) -> int:
        """What a request costs with so many of the newest steps and no older turn, all results short."""
        return self.bare + sum(self._steps[len(self.steps) - count :])

    def edges(self) -> list[int]:
        """What requests cost that just fit; the largest, the whole, first."""
        return some_of(self._edges())

    def _edges(self) -> list[int]:
        steps = [self.with_steps(count) for count in range(len(self.steps) + 1)]
        older = [self.with_older(count) for count in range(len(self.older) + 1)]
        return sorted({*steps, *older, self.size}, reverse=True)

    def budgets(self) -> list[int]:
        """The same, one token less, and where a turn does not fit, but one before it would."""
        edges = [edge - less for edge in self._edges() for less in (0, 1)]
        edges += [self.with_older(i) + turn for i, turn in enumerate(self._older[-2::-1])]
        return some_of(sorted({edge for edge in edges if edge >= self.bare}, reverse=True))

    def must_stay(self, max_tokens: int) -> Kept:
        """What has to stay within a budget."""
        older = [count for count in range(len(self.older) + 1) if self.with_older(count) <= max_tokens]
        steps = [count for count in range(len(self.steps) + 1) if self.with_steps(count) <= max_tokens]
        fits = self.size <= max_tokens
        if fits or older:
            return Kept(len(self.older) if fits else older[-1], len(self.steps), True, fits)
        return Kept(0, steps[-1] if steps else 0, False, False)


def some_of(budgets: list[int]) -> list[int]:
    """All budgets; where it has to be quick, every third of them and the least."""
    return budgets if preconditions.HURRY == 1 else [*budgets[:-1:3], budgets[-1]]


class Kept(NamedTuple):
    """How many older turns and newest steps have to stay, at least; whether the newest step, and whether all, is whole."""

    older: int
    steps: int
    newest_whole: bool
    all_whole: bool


def cost(messages: Iterable[Message]) -> int:
    return sum(map(message_tokens, messages))


def least(messages: Iterable[Message]) -> int:
    """What messages cost with all results short."""
    return sum(min(SHORT, message_tokens(m)) if m["role"] == "tool" else message_tokens(m) for m in messages)


@st.composite
def just_too_small(draw: st.DrawFn, histories: st.SearchStrategy[list[Message]]) -> Case:
    """A history, and a budget in which it does not fit as it is, but would with short results before its newest step."""
    history = draw(histories.filter(has_large_results))
    parts = Parts(history)
    low, high = parts.with_older(len(parts.older)), parts.size - 1
    return Case(history, draw(st.sampled_from((low, high, low, (low + high) // 2))))


def has_large_results(history: list[Message]) -> bool:
    """Whether results before the newest step can be shortened."""
    parts = Parts(history)
    return parts.with_older(len(parts.older)) < parts.size


@st.composite
def without_room(draw: st.DrawFn, histories: st.SearchStrategy[list[Message]]) -> Case:
    """A history, and a budget in which its newest turn does not fit without shortening its newest results."""
    history = draw(histories)
    parts = Parts(history)
    low, high = parts.with_steps(len(parts.steps)), parts.with_older(0) - 1
    return Case(history, draw(st.sampled_from((high, (low + 3 * high) // 4, (low + high) // 2, low))))
