"""Conversations nobody has seen before, in words that a learner can follow when one of them breaks their code."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from criteria import Message

SYSTEM: Message = {"role": "system", "content": "Be brief."}
LENGTHS = st.sampled_from([0, 0, 0, 1, 4, 12, 30])  # words more than "Question 3." has
FILLER = "and then we went on to the next town by the slow train along the coast before the rain".split()


def words(text: str, more: int) -> str:
    """A short text, with so many words more."""
    return " ".join([text, *(FILLER[i % len(FILLER)] for i in range(more))])


@st.composite
def turns(draw: st.DrawFn, number: int, tools: bool) -> list[Message]:
    """One turn: a question, perhaps calls of a function with their results, and the reply."""
    said = [{"role": "user", "content": words(f"Question {number}.", draw(LENGTHS))}]
    for step in range(draw(st.integers(0, 2)) if tools else 0):
        ids = [f"call_{number}_{step}_{n}" for n in range(draw(st.integers(1, 2)))]
        function = {"name": "look_up", "arguments": f'{{"what": "fact {number}"}}'}
        calls = [{"id": id, "type": "function", "function": function} for id in ids]
        said.append({"role": "assistant", "content": None, "tool_calls": calls})
        said += [
            {"role": "tool", "tool_call_id": id, "content": words(f"Result {n}.", draw(LENGTHS))}
            for n, id in enumerate(ids)
        ]
    if draw(st.integers(0, 5)) == 5:  # a turn that was broken off: its question, perhaps its calls, and no reply
        return said
    return [*said, {"role": "assistant", "content": words(f"Answer {number}.", draw(LENGTHS))}]


@st.composite
def histories(
    draw: st.DrawFn, *, least: int = 0, most: int = 6, tools: bool = False, ends_with_question: bool | None = None
) -> list[Message]:
    """A history: the system message, some turns, and perhaps a question that is not answered yet."""
    history = [SYSTEM.copy()]
    count = draw(st.integers(least, most))
    for number in range(1, count + 1):
        history += draw(turns(number, tools))
    if draw(st.booleans()) if ends_with_question is None else ends_with_question:
        history.append({"role": "user", "content": words(f"Question {count + 1}.", draw(LENGTHS))})
    return history


def turns_of(history: list[Message]) -> list[list[Message]]:
    """The turns of a history that begins with one system message."""
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    return [history[start:end] for start, end in pairwise([*starts, len(history)])]
