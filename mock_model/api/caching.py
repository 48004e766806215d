"""The prompt cache: which beginning of a prompt has been read before, told from hashes, not from stored texts.

After OpenAI's guide (https://developers.openai.com/api/docs/guides/prompt-caching). Only exact prefixes of 1,024 tokens
or more count. Models with `cache="steps"` report what they read, rounded down to a multiple of 128; writing is free and
not reported. Models with `cache="breakpoints"` (GPT-5.6 and later) write up to a breakpoint and report both figures
exactly. The implicit breakpoint is the end of the latest message that is a user message, the last of a run of tool
results, or the last of the instructions that open the conversation; `prompt_cache_breakpoint` on a content part marks
more, and `prompt_cache_options={"mode": "explicit"}` leaves only those.

Simplified: a prefix ends where a message ends, so two messages that share a long beginning share nothing here; entries
never expire by time; every request finds the machine that holds its prefix; hidden instructions of the provider do not
exist; a lookup considers every breakpoint of the conversation, not the latest 80.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from mock_model.api.catalogue import Model

MINIMUM = 1_024  # tokens
STEP = 128  # tokens
MAX_WRITES = 4  # breakpoints per request
MAX_ENTRIES = 20_000  # prefixes remembered

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_PREFIX_PARAMETERS = ("model", "tools", "response_format", "prompt_cache_key")


class CacheUse(NamedTuple):
    """What one request did with the cache, in tokens; `written` is None for a model that does not report it."""

    read: int
    written: int | None


def fingerprint(value: Any, before: bytes = b"") -> bytes:
    """16 bytes that stand for a JSON value (whatever the order of its keys) after everything `before` stands for."""
    return hashlib.blake2b(before + _canonical(value).encode(), digest_size=16).digest()


def prefixes(body: dict[str, Any]) -> list[bytes]:
    """One fingerprint for each beginning of the prompt: the model and tools with the first message, the first two, …"""
    start = fingerprint([body.get(parameter) for parameter in _PREFIX_PARAMETERS])
    return list(accumulate(body["messages"], lambda before, message: fingerprint(message, before), initial=start))[1:]


class PromptCache:
    """The prefixes one server has seen, the most recently used `MAX_ENTRIES` of them."""

    def __init__(self) -> None:
        self._seen: dict[bytes, None] = {}  # oldest first

    def use(self, model: Model, body: dict[str, Any], keys: Sequence[bytes], lengths: Sequence[int]) -> CacheUse:
        """Look a prompt up and remember it.

        `keys` are its `prefixes`, `lengths` the tokens of each: tools and messages up to there.
        """
        if model.cache == "steps":
            ends = [end for end, length in enumerate(lengths) if length >= MINIMUM]
            read = self._longest(ends, keys, lengths)
            self._remember(keys[end] for end in ends)
            return CacheUse(read // STEP * STEP, None)
        explicit = [end for end, message in enumerate(body["messages"]) if _is_marked(message)]
        implicit = [] if (body.get("prompt_cache_options") or {}).get("mode") == "explicit" else _message_ends(body)
        candidates = [end for end in {*explicit, *implicit} if lengths[end] >= MINIMUM]
        read = self._longest(candidates, keys, lengths)
        writes = (explicit + implicit[-1:])[-MAX_WRITES:]
        longest = max((lengths[end] for end in writes if lengths[end] >= MINIMUM), default=0)
        self._remember(keys[end] for end in writes if lengths[end] >= MINIMUM)
        return CacheUse(read, max(longest - read, 0))

    def _longest(self, ends: Sequence[int], keys: Sequence[bytes], lengths: Sequence[int]) -> int:
        """Tokens of the longest of these prefixes that was seen before; reading it keeps it from being dropped."""
        found = max((end for end in ends if keys[end] in self._seen), default=None)
        if found is None:
            return 0
        self._remember([keys[found]])
        return lengths[found]

    def _remember(self, keys: Any) -> None:
        for key in keys:
            self._seen.pop(key, None)
            self._seen[key] = None
        while len(self._seen) > MAX_ENTRIES:
            del self._seen[next(iter(self._seen))]


def _message_ends(body: dict[str, Any]) -> list[int]:
    """Where an implicit breakpoint may stand, in order."""
    roles = [message["role"] for message in body["messages"]]
    opening = next((i for i, role in enumerate(roles) if role not in ("system", "developer")), len(roles)) - 1
    return [
        i
        for i, role in enumerate(roles)
        if role == "user" or i == opening or (role == "tool" and roles[i + 1 : i + 2] != ["tool"])
    ]


def _is_marked(message: dict[str, Any]) -> bool:
    content = message.get("content")
    return isinstance(content, list) and any(part.get("prompt_cache_breakpoint") for part in content)
