"""Conversations with one of several system messages, with a greeting or without, and what should be sent of them."""

from __future__ import annotations

from hypothesis import strategies as st

from ..engine.criteria import Message
from ..situations.histories import CALLS, histories, turns_of

SYSTEMS = ("Be brief.", "You are a patient guide. Answer in one sentence.", "Be brief. And be kind.")
GREETINGS = ("Hello! Where do you want to go?", "Good morning.", "Welcome back! What can I do for you?")
QUESTION = [{"role": "user", "content": "Is Oslo far?"}, {"role": "assistant", "content": "Not far from Oslo."}]


@st.composite
def talks(draw: st.DrawFn, least: int = 0, calls: st.SearchStrategy[int] = CALLS) -> list[Message]:
    """A history with one of several system messages."""
    history = draw(histories(least=least, calls=calls))
    history[0]["content"] = draw(st.sampled_from(SYSTEMS))
    return history


@st.composite
def greeted(draw: st.DrawFn) -> tuple[list[Message], int]:
    """A history that opens with a greeting, and a number of turns to keep: about as many as there are."""
    system, *rest = draw(talks(least=1))
    history = [system, {"role": "assistant", "content": draw(st.sampled_from(GREETINGS))}, *rest]
    others = len(turns_of(history))
    return history, draw(st.sampled_from([keep for keep in (others, others + 1, others - 1, 1, others + 2) if keep]))


def last_turns(history: list[Message], keep_turns: int) -> list[Message]:
    """What should be sent of a history without a greeting."""
    return [history[0], *(message for turn in turns_of(history)[-keep_turns:] for message in turn)]
