"""Conversations nobody has seen before, in words that a learner can follow when one of them breaks their code."""

from __future__ import annotations

from itertools import chain, pairwise
from random import Random
from typing import Any

from hypothesis import strategies as st

from ..engine.criteria import Message

SYSTEM: Message = {"role": "system", "content": "Be brief."}
LENGTHS = st.sampled_from([0, 0, 0, 1, 4, 12, 30])  # words more than the shortest text has
NO_CALLS, CALLS = st.just(0), st.integers(0, 2)  # steps of a turn in which functions are called
FILLER = "and then we went on to the next town by the slow train along the coast before the rain".split()
TOWNS = "Lima Oslo Rome Kyoto Boston Vienna Dublin Madrid Quito Bergen Turin Ghent Cusco Porto Krakow Nazca".split()
ASKED = ("Where is {}?", "Is it warm in {}?", "How old is {}?", "Is {} far?", "Tell me about {}.", "I am in {} now.")
REPLIED = ("{} lies by a river.", "In {} it is warm.", "{} is old.", "I know {} well.", "{}, good.", "Not far from {}.")
FOUND = ("{} degrees.", "{} people.", "{} years.", "{} km.")


def words(text: str, more: int) -> str:
    """A short text, with so many words more."""
    return " ".join([text, *(FILLER[i % len(FILLER)] for i in range(more))])


def copied(value: Any) -> Any:
    """A copy of messages, down to their parts: of dicts and lists, as `deepcopy` makes it, but several times as fast."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(inner) for inner in value] if isinstance(value, list) else value


class Topics:
    """What one conversation is about, by chance: each turn has a town of its own, or all of them say the same."""

    def __init__(self, seed: int, same: bool = False) -> None:
        self._random, self._same = Random(seed), same
        self._towns = self._random.sample(TOWNS, len(TOWNS))
        self._ids = self._random.sample(range(1_000, 10_000), 100)

    def next(self) -> tuple[str, str, str]:
        """A town, a question about it, and a reply."""
        if self._same:
            return self._towns[0], ASKED[0].format(self._towns[0]), REPLIED[0].format(self._towns[0])
        town = self._towns.pop()
        return town, self._random.choice(ASKED).format(town), self._random.choice(REPLIED).format(town)

    def found(self) -> str:
        """What a function has looked up."""
        return self._random.choice(FOUND).format(self._random.randint(2, 99))

    def id(self) -> str:
        """The id of a call of a function."""
        return f"call_{self._ids.pop()}"


@st.composite
def turns(draw: st.DrawFn, topics: Topics, calls: st.SearchStrategy[int]) -> list[Message]:
    """One turn: a question, perhaps calls of a function with their results, and the reply."""
    town, question, reply = topics.next()
    said = [{"role": "user", "content": words(question, draw(LENGTHS))}]
    for _ in range(draw(calls)):
        ids = [topics.id() for _ in range(draw(st.integers(1, 2)))]
        function = {"name": "look_up", "arguments": f'{{"town": "{town}"}}'}
        called = [{"id": id, "type": "function", "function": function} for id in ids]
        said.append({"role": "assistant", "content": None, "tool_calls": called})
        said += [{"role": "tool", "tool_call_id": id, "content": words(topics.found(), draw(LENGTHS))} for id in ids]
    if draw(st.integers(0, 5)) == 5:  # a turn that was broken off: its question, perhaps its calls, and no reply
        return said
    return [*said, {"role": "assistant", "content": words(reply, draw(LENGTHS))}]


@st.composite
def histories(
    draw: st.DrawFn,
    *,
    least: int = 0,
    most: int = 6,
    calls: st.SearchStrategy[int] = NO_CALLS,
    ends_with_question: bool | None = None,
    same: bool = False,
) -> list[Message]:
    """A history: the system message, some turns, and perhaps a question that is not answered yet.

    `calls` draws how often functions are called in a turn. With `same` people say the same again and again.
    """
    history, topics = [SYSTEM.copy()], Topics(draw(st.integers(0, 9_999)), same)
    for _ in range(draw(st.integers(least, most))):
        history += draw(turns(topics, calls))
    if draw(st.booleans()) if ends_with_question is None else ends_with_question:
        history.append({"role": "user", "content": words(topics.next()[1], draw(LENGTHS))})
    return history


def turns_of(history: list[Message]) -> list[list[Message]]:
    """The turns of a history that begins with one system message, and with no greeting after it."""
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    return [history[start:end] for start, end in pairwise([*starts, len(history)])]


def a_long_history(turns: int) -> list[Message]:
    """So many turns of six messages each, with two calls and their results in each, after the system message."""
    history, random = [SYSTEM.copy()], Random(turns)
    for number in range(turns):
        town = random.choice(TOWNS)
        history.append({"role": "user", "content": f"How warm is {town} on day {number}?"})
        for step in range(2):
            id = f"call_{number}_{step}"
            history += [
                calling(id, town),
                {"role": "tool", "tool_call_id": id, "content": f"{random.randint(2, 39)} degrees."},
            ]
        history.append({"role": "assistant", "content": f"In {town} it is warm on day {number}."})
    return history


def calling(id: str, town: str) -> Message:
    """A message that calls a function."""
    function = {"name": "look_up", "arguments": f'{{"town": "{town}"}}'}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": id, "type": "function", "function": function}]}


def unusual_histories() -> dict[str, list[Message]]:
    """Histories of some turns with something in them that is seldom, under what that is (as in `hints_on_histories.UNUSUAL`)."""
    plain = [[user(f"Is {town} far?"), reply(f"Not far from {town}.")] for town in TOWNS[:4]]
    steps = [
        message
        for number, town in enumerate(TOWNS[4:10])
        for message in (
            calling(f"call_{number}", town),
            {"role": "tool", "tool_call_id": f"call_{number}", "content": "12"},
        )
    ]
    other = {"type": "text", "text": "Which of the two is older?"}
    found = {
        "two questions in a row": (
            [user("Where is Lima?")],
            [user("And Oslo?")],
            [user("Rome?"), *steps[:2]],
            [user("Is it warm?"), reply("Yes.")],
        ),
        "many messages in a turn": ([user("Compare them all."), *steps, reply("Bergen.")],),
        "names": (
            [user("Hello!", name="Ana"), reply("Hello, Ana.", name="guide")],
            [user("Where to?", name="Ben"), reply("Oslo.")],
        ),
        "empty contents": (
            [user("Is it warm?"), reply("")],
            [user(""), reply("What is it?")],
        ),
        "lists of parts": (
            [user([{"type": "text", "text": "Lima, Oslo."}, other]), reply("Lima.")],
            [user([other]), reply([other])],
        ),
        "very long messages": ([user(words("I paste it:", 4_000)), reply(words("So it is:", 4_000))],),
        "words of the system message": ([user(SYSTEM["content"]), reply(SYSTEM["content"])],),
    }
    return {kind: [SYSTEM.copy(), *chain(*plain[:2], *turns, *plain[2:])] for kind, turns in found.items()}


def user(content: Any, **more: str) -> Message:
    return {"role": "user", **more, "content": content}


def reply(content: Any, **more: str) -> Message:
    return {"role": "assistant", **more, "content": content}
