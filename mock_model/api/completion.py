"""A reply, and what is left of it once the limits and the stop sequences of the request have cut it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mock_model.api.prefixes import fingerprint
from mock_model.api.tokens import count_strings, count_text, cut_text

REFUSAL = "I'm sorry, but I can't help with that."


@dataclass(frozen=True)
class Reply:
    """A reply before limits cut it: its text, the tools it calls, and its reasoning.

    A function is called with its arguments, a custom tool with a text.
    """

    content: str | None
    tool_calls: tuple[tuple[str, dict[str, Any] | str], ...] = ()
    reasoning: str = ""


@dataclass(frozen=True)
class Completion:
    """A reply as it is sent. `tokens` counts all of it, reasoning included, whether the reasoning is shown or not."""

    content: str | None
    tool_calls: tuple[dict[str, Any], ...]
    reasoning: str
    finish_reason: str
    tokens: int
    reasoning_tokens: int
    refusal: str | None = None  # in the place of a content


def complete(
    reply: Reply, request_id: str, *, limit: int, stop: Sequence[str], encoding: str, named: bool = False
) -> Completion:
    """Cut a reply to `limit` tokens: the reasoning comes first, then the content, then the tool calls.

    So a small limit can leave an empty content, and a cut tool call lacks the end of its arguments, which are then no
    valid JSON, as with the real API. `finish_reason` is "length" when anything was cut, and "stop" rather than
    "tool_calls" for a call of the tool that the request `named`.
    """
    reasoning = cut_text(reply.reasoning, limit, encoding)
    reasoning_tokens = count_text(reasoning, encoding)
    left = limit - reasoning_tokens

    wanted = _until_stop(reply.content or "", stop)
    content = cut_text(wanted, left, encoding)
    left -= count_text(content, encoding)
    was_cut = reasoning != reply.reasoning or content != wanted

    calls: list[dict[str, Any]] = []
    for index, (name, arguments) in enumerate(reply.tool_calls if wanted == (reply.content or "") else ()):
        if not was_cut:
            whole = _tool_call(f"{request_id} {index}", name, arguments)
            call = _cut_call(whole, left, encoding)
            was_cut = call != whole
            if call is not None:
                calls.append(call)
                left -= count_strings(call, encoding)

    return Completion(
        content=None if calls and reply.content is None else content,
        tool_calls=tuple(calls),
        reasoning=reasoning,
        finish_reason="length" if was_cut else "tool_calls" if calls and not named else "stop",
        tokens=limit - left,
        reasoning_tokens=reasoning_tokens,
    )


def all_reasoning(tokens: int) -> Completion:
    """The completion of a model that reasoned until its limit was used up: no content."""
    return Completion("", (), "", "length", tokens, tokens)


def refused(limit: int, encoding: str) -> Completion:
    """The completion of a model that will not answer: it says so in `refusal`, and there is no content."""
    said = cut_text(REFUSAL, limit, encoding)
    reason = "stop" if said == REFUSAL else "length"
    return Completion(None, (), "", reason, count_text(said, encoding), 0, said)


def _until_stop(text: str, stop: Sequence[str]) -> str:
    """The text before the first of the stop sequences."""
    found = [position for sequence in stop if sequence and (position := text.find(sequence)) >= 0]
    return text[: min(found)] if found else text


def handed_over(call: dict[str, Any]) -> tuple[str, str]:
    """What a call hands over: "arguments" or "input", and the text of it."""
    key = "arguments" if call["type"] == "function" else "input"
    return key, call[call["type"]][key]


def _tool_call(seed: str, name: str, arguments: dict[str, Any] | str) -> dict[str, Any]:
    id = f"call_{fingerprint(seed).hex()[:24]}"
    if isinstance(arguments, str):
        return {"id": id, "type": "custom", "custom": {"name": name, "input": arguments}}
    text = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
    return {"id": id, "type": "function", "function": {"name": name, "arguments": text}}


def _cut_call(call: dict[str, Any], limit: int, encoding: str) -> dict[str, Any] | None:
    """The call with arguments or an input short enough, or None when not even its name fits."""
    key, text = handed_over(call)
    left = limit - (count_strings(call, encoding) - count_text(text, encoding))
    if left <= 0:
        return None
    kind = call["type"]
    return {**call, kind: {**call[kind], key: cut_text(text, left, encoding)}}
