"""Reasoning that comes back: where it must be, where it is read as a part of the prompt, and where it is ignored.

The rule of DeepSeek V4 (https://api-docs.deepseek.com/guides/thinking_mode), for the models that `wants_reasoning_back` names.
In a turn, which is everything from one user message to the next, reasoning without calls need not come back, and is ignored if
it does; with calls each message that makes some must have its own, in every later request too. Two things are not published
and chosen here: what is ignored costs no prompt tokens (and is no part of a prefix for the cache), and an empty text counts as
there. A request whose effort is "none" is not in the thinking mode: nothing is wanted of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mock_model.api.bodies import ApiError

MISSING = "The `reasoning_content` in the thinking mode must be passed back to the API."
_FIELD = "reasoning_content"


def without_ignored(messages: Sequence[dict[str, Any]], effort: str) -> list[dict[str, Any]]:
    """The messages of a request without the reasoning that is ignored: that of turns without calls.

    Raises ApiError where a call lacks its reasoning. The messages that were given are not changed.
    """
    read = []
    for turn in _turns(messages):
        calls = [message for message in turn if message.get("tool_calls") and message["role"] == "assistant"]
        if effort != "none" and any(message.get(_FIELD) is None for message in calls):
            raise ApiError(400, MISSING, code="invalid_request_error")
        read += turn if calls else [{key: value for key, value in m.items() if key != _FIELD} for m in turn]
    return read


def _turns(messages: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    starts = [at for at, message in enumerate(messages) if at == 0 or message["role"] == "user"]
    for start, end in zip(starts, [*starts[1:], len(messages)], strict=True):
        yield messages[start:end]
