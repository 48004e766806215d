"""Answering: the reply to a checked request, asked of the reading and cut to its limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_model.api import completion, tokens
from mock_model.api.catalogue import Model
from mock_model.api.completion import Completion, Reply
from mock_model.api.window import Prompt

ReplyFunction = Callable[[dict[str, Any], Callable[[str], bool]], Reply]


def answers(
    reply_to: ReplyFunction, model: Model, body: dict[str, Any], prompt: Prompt, id: str, failure: str | None
) -> list[Completion]:
    """Ask for the reply and cut it to its limits, or shorter when that is the failure asked for: `n` times, if asked.

    Nothing is drawn by lot, so that all choices say the same; each has its own limit, and its calls ids of their own.
    """
    count = body.get("n", 1)
    if failure == "empty":
        return [completion.all_reasoning(min(prompt.limit, prompt.requested or 512))] * count
    if failure == "refusal":
        return [completion.refused(prompt.limit, model.encoding)] * count
    reply = reply_to(body, lambda text: tokens.count_text(text, model.encoding) <= prompt.limit)
    stop = body.get("stop", ())
    choice = body.get("tool_choice")
    named = isinstance(choice, dict) and choice["type"] != "allowed_tools"
    options = {"stop": [stop] if isinstance(stop, str) else stop, "encoding": model.encoding, "named": named}
    whole = completion.complete(reply, id, limit=prompt.limit, **options)
    limit = prompt.limit
    if failure == "length":
        limit = whole.reasoning_tokens + (whole.tokens - whole.reasoning_tokens) // 2
        whole = completion.complete(reply, id, limit=limit, **options)
    if not whole.tool_calls:
        return [whole] * count
    more = [completion.complete(reply, f"{id} {index}", limit=limit, **options) for index in range(1, count)]
    return [whole, *more]
