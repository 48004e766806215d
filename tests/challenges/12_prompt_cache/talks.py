"""Conversations in which each question comes with a note, and budgets for them: short ones by chance, and two long ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from chat_memory import count_tokens, message_tokens

from ..engine.criteria import Message
from ..situations.histories import (
    CALLS,
    LENGTHS,
    SYSTEM,
    TOWNS,
    calling,
    histories,
    reply,
    unusual_histories,
    user,
    words,
)

LEAST = 280  # tokens: of this a note is a twentieth
NOTE = 14  # tokens of a short note, at most
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


class Talk(NamedTuple):
    """A history that ends with a question, and the budget of its requests."""

    history: list[Message]
    max_tokens: int
    long_notes: int = 0  # every so many notes, one fills the twentieth of the budget that a note may have

    def note(self, number: int) -> Message:
        """The note that comes with a question of it."""
        long = self.long_notes and number % self.long_notes == self.long_notes - 1
        return note_of(number, self.max_tokens // 20 - NOTE if long else 0)

    def questions(self) -> list[int]:
        """Where in the history its questions are."""
        return [i for i, message in enumerate(self.history) if message["role"] == "user"]


def note_of(number: int, more: int = 0) -> Message:
    """The note that comes with a question: no two of a talk are alike, and none is like a message of one."""
    minute = 9 * 60 + number * 2
    said = f"It is {DAYS[minute // 1440 % 7]}, {minute // 60 % 24}:{minute % 60:02}."
    return {"role": "system", "content": words(said, number % 3 // 2 + more)}


def frames(history: list[Message]) -> list[int]:
    """What system message, question and note need alone, for each question, in tokens."""
    asked = [message for message in history if message["role"] == "user"]
    return [count_tokens([history[0], message, note_of(number)]) for number, message in enumerate(asked)]


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    """A talk of a few turns, and a budget that holds each of its questions, and few turns or many beside them.

    The rules are long, so that the note is small beside the budget, even where that holds nothing more.
    """
    history = draw(histories(calls=CALLS, ends_with_question=True, same=draw(st.booleans())))
    history[0]["content"] = words("Be brief.", LEAST + draw(LENGTHS))
    needed = max(frames(history))
    return Talk(history, needed + draw(st.sampled_from((0, 1, 8, 30, 60, 90, 120, 200, 400))))


@st.composite
def narrow_talks(draw: st.DrawFn) -> Talk:
    """A talk of which not all fits in the end, but a good part of it, where its questions leave room for that."""
    history = draw(
        histories(
            least=9, most=14, calls=st.sampled_from((0, 0, 0, 1)), ends_with_question=True, same=draw(st.booleans())
        )
    )
    part = draw(st.sampled_from((0.5, 0.7, 0.4, 0.85)))
    return Talk(history, max(*frames(history), LEAST, int(count_tokens(history) * part)))


def a_talk(turns: int, seed: int, max_tokens: int, *, rules: int = 12, longer: int = 40, calls: int = 0) -> Talk:
    """A talk of so many turns by chance; `rules` and `longer` are words, `calls` how many turns of ten call functions."""
    random = Random(seed)
    history = [{**SYSTEM, "content": words("You are a guide.", rules)}]
    for number in range(turns):
        town, more = random.choice(TOWNS), random.choice((0, longer, longer, 2 * longer))
        history.append(user(words(f"What is there to see in {town} on day {number}?", more)))
        if number < turns - 1:
            history += _called(random, town, number) if random.randrange(10) < calls else ()
            history.append(reply(words(f"In {town} there is a harbour, and a market on day {number}.", longer // 2)))
    return Talk(history, max_tokens, long_notes=5)


def with_other_replies(talk: Talk) -> Talk:
    """The same questions, but other replies, which are longer."""
    history = [
        reply(words("I don't know.", 30 + i)) if m["role"] == "assistant" and "tool_calls" not in m else m
        for i, m in enumerate(talk.history)
    ]
    return talk._replace(history=history)


def unusual_talks() -> Iterator[Talk]:
    """Talks in which some messages have more than a role and a text. All of each fits."""
    reasoned = {**calling("call_1", "Lima"), "reasoning_content": "Lima is a town, so it has a weather."}
    result = {"role": "tool", "tool_call_id": "call_1", "content": "19 degrees."}
    thought = [SYSTEM.copy(), user("Is it warm?"), reasoned, result, reply("Yes.", reasoning_content="19 is warm.")]
    unusual = unusual_histories()
    unusual.pop("very long messages")  # of which nothing is new here, and which take long to count
    for history in (*unusual.values(), thought):
        whole = [*history, user("And now?")]
        yield Talk(whole, max(LEAST, count_tokens(whole) * 2))


def _called(random: Random, town: str, number: int) -> Iterator[Message]:
    """Two calls of a function in a row, each with its result."""
    for step in range(2):
        id = f"call_{number}_{step}"
        yield calling(id, town)
        yield {"role": "tool", "tool_call_id": id, "content": words(f"{random.randint(2, 39)} degrees.", 12)}


@cache
def long_talks(turns: int) -> dict[str, Talk]:
    """Long talks of two kinds, under what they are."""
    return {
        "short turns": a_talk(turns, 121, 2_400),
        "long rules, turns of any length": a_talk(turns, 122, 4_000, rules=1_100, longer=110, calls=2),
    }


def sizes(messages: list[Message]) -> int:
    """The tokens of messages, without the priming of a reply."""
    return sum(map(message_tokens, messages))
