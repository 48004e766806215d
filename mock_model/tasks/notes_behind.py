"""Notes behind the question: what a program appends to a request, such as the time, is read, and the question is answered."""

from __future__ import annotations

from collections.abc import Sequence

from mock_model.api.functions import turn_of

INSTRUCTING = ("system", "developer")


def question_last(messages: Sequence[dict]) -> list[dict]:
    """The messages with those of the system and the developer that end them put before the newest question.

    They stay where they are if nothing waits for an answer: behind a reply, or where there is no question.
    """
    said = list(messages)
    while said and said[-1]["role"] in INSTRUCTING:
        said.pop()
    if not said or said[-1]["role"] not in ("user", "tool"):
        return list(messages)
    begins = max(len(said) - len(turn_of(said)) - 1, 0)
    return [*said[:begins], *messages[len(said) :], *said[begins:]]
