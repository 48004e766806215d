"""Prefixes: the beginnings of a prompt that a later request can share, each known by a fingerprint instead of its text.

A prefix starts with the settings that a model reads before the messages, and ends where a message ends, or a content part
with a `prompt_cache_breakpoint`. The mark itself is no part of it, and a single text part is the same as its text, so that
a mark may be set or moved without changing what is before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from mock_model.api.catalogue import Model
from mock_model.api.tokens import count_text

MARK = "prompt_cache_breakpoint"
_SETTINGS = {  # with what holds where a request says nothing
    "model": None,
    "reasoning_effort": None,
    "verbosity": "medium",
    "tools": None,
    "parallel_tool_calls": True,
    "response_format": {"type": "text"},
    "prompt_cache_key": None,
}

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Prefix(NamedTuple):
    """A beginning of a prompt: its fingerprint, its tokens, and the lifetime that its mark asks for, if it does."""

    key: bytes
    tokens: int
    ttl: str | None = None


def fingerprint(value: Any, before: bytes = b"") -> bytes:
    """16 bytes that stand for a JSON value (whatever the order of its keys) after everything `before` stands for."""
    return _digest(before + _canonical(value).encode())


def prompt_keys(body: dict[str, Any]) -> list[bytes]:
    """A fingerprint for each beginning that ends with a message: the settings with the first one, the first two, …"""
    start = fingerprint([body.get(name, usual) for name, usual in _SETTINGS.items()])
    return list(accumulate(body["messages"], _after, initial=start))


def request_id(body: dict[str, Any], prompt: bytes) -> str:
    """The id of a completion: the same for the same request, streamed or not. `prompt` is the last of its `prompt_keys`."""
    rest = {name: value for name, value in body.items() if name not in ("messages", "stream", "stream_options")}
    return f"chatcmpl-{fingerprint(rest, prompt).hex()}"


def message_ends(keys: Sequence[bytes], lengths: Sequence[int]) -> list[Prefix]:
    """The prefixes that end with a message, in order. `lengths` are their tokens."""
    return [Prefix(key, length) for key, length in zip(keys[1:], lengths, strict=True)]


def opening(messages: Sequence[dict[str, Any]]) -> int:
    """How many instructions open a conversation."""
    roles = (message["role"] for message in messages)
    return next((i for i, role in enumerate(roles) if role not in ("system", "developer")), len(messages))


def eligible_ends(messages: Sequence[dict[str, Any]]) -> list[int]:
    """The messages after which a breakpoint can stand without being asked for.

    It can stand after a user message, after the last of a run of tool results, and after the last of the instructions that
    open the conversation; later instructions and the model's own messages have none.
    """
    roles = [message["role"] for message in messages]
    last_instruction = opening(messages) - 1
    return [
        i
        for i, role in enumerate(roles)
        if role == "user" or i == last_instruction or (role == "tool" and roles[i + 1 : i + 2] != ["tool"])
    ]


def marked(
    messages: Sequence[dict[str, Any]], keys: Sequence[bytes], ends: Sequence[Prefix], model: Model
) -> list[Prefix]:
    """The prefixes that end at a marked part, in order. A mark in a message of the model's own does nothing."""
    found = []
    for i, message in enumerate(messages):
        content = message.get("content")
        if type(content) is not list or message["role"] == "assistant":
            continue
        for j, part in enumerate(content, 1):
            if mark := part.get(MARK):
                rest = sum(count_text(_words(part), model.encoding) for part in content[j:])
                found.append(Prefix(_after(keys[i], message, j), ends[i].tokens - rest, mark.get("ttl")))
    return found


def _after(before: bytes, message: dict[str, Any], parts: int | None = None) -> bytes:
    """The fingerprint of a message, or of it up to so many of its parts, after everything `before` stands for."""
    content = message.get("content")
    if type(content) is str and len(message) == 2:  # a role and a text, as nearly all are
        return _digest(before + f'{{"role":"{message["role"]}"}}\0{_canonical(content)}'.encode())
    pieces = [_canonical({name: value for name, value in message.items() if name != "content"})]
    if type(content) is list:
        pieces += [_canonical(_unmarked(part)) for part in content[:parts]]
    elif content is not None:
        pieces.append(_canonical(content))
    return _digest(before + "\0".join(pieces).encode())


def _unmarked(part: dict[str, Any]) -> Any:
    """A part without its mark; one of text is the text."""
    rest = {name: value for name, value in part.items() if name != MARK}
    return rest["text"] if rest.keys() == {"type", "text"} and rest["type"] == "text" else rest


def _words(part: dict[str, Any]) -> str:
    return part.get("text") or part.get("refusal") or ""


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
