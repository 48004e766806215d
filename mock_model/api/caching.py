"""The prompt cache: which beginning of a prompt has been read before, and what is remembered of this one.

After OpenAI's guide (https://developers.openai.com/api/docs/guides/prompt-caching). Only exact prefixes of 1,024 tokens
or more count; the settings that belong to a prefix are those of `prefixes`, and `tool_choice` is none of them.

Models with `cache="breakpoints"` (GPT-5.6 and later) write up to a breakpoint, and report what they read and wrote exactly.
The implicit breakpoint is the end of the latest message that is a user message, the last of a run of tool results, or
the last of the instructions that open the conversation. `prompt_cache_breakpoint` on content parts marks explicit ones.
Written are the implicit one and the latest 3 that are marked; with `prompt_cache_options={"mode": "explicit"}` the latest
4 that are marked. Read is the longest prefix that was written and ends, in this request, at one of the first 2 or latest 50
marks or, unless the mode is explicit, at the implicit breakpoint, at one of the 20 places before it where one could have
been, or at the end of the opening instructions. A prefix lives for 30 minutes after it was last written or read, or for the
12 hours that its mark or the request asks for. `cache="steps"` (older models): whatever is shared is read, rounded down to
a multiple of 128; writing is free and not reported; a prefix lives for 10 minutes, or 24 hours with
`prompt_cache_retention="24h"`.

Simplified: a prefix of an older model ends where a message ends, so two messages that share a long beginning share nothing
there, and 1,024 tokens are the least for each of them; lifetimes are exact, where OpenAI promises a least or a most; every
request finds the machine that holds its prefix; hidden instructions of the provider do not exist; the keys of a tool's
schema may change their order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from mock_model.api.catalogue import Model
from mock_model.api.prefixes import Prefix, eligible_ends, marked, message_ends, opening

MINIMUM = 1_024  # tokens
STEP = 128  # tokens
MAX_WRITES = 4  # breakpoints per request
FIRST_MARKS, LATEST_MARKS, EARLIER_ENDS = 2, 50, 20  # of the places where a prefix is looked up
MAX_ENTRIES = 20_000  # prefixes remembered
LIFETIMES = {"30m": 1_800, "12h": 43_200, "in_memory": 600, "24h": 86_400}  # seconds without use


class CacheUse(NamedTuple):
    """What one request did with the cache, in tokens; `written` is None for a model that does not report it."""

    read: int
    written: int | None


class PromptCache:
    """The prefixes one server has seen, the most recently used `MAX_ENTRIES` of them. `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[bytes, tuple[float, float]] = {}  # lifetime and end of life in seconds; the oldest first

    def use(self, model: Model, body: dict[str, Any], keys: Sequence[bytes], lengths: Sequence[int]) -> CacheUse:
        """Look a prompt up and remember it.

        `keys` are its `prompt_keys`, `lengths` the tokens of tools and messages up to each message.
        """
        written = None if model.cache == "steps" else 0
        if lengths[-1] < MINIMUM:
            return CacheUse(0, written)
        ends = message_ends(keys, lengths)
        if model.cache == "steps":
            read = self._longest(ends)
            self._remember(ends, body.get("prompt_cache_retention") or "in_memory")
            return CacheUse(read // STEP * STEP, None)
        places, writes = _breakpoints(model, body, keys, ends)
        read = self._longest(places)
        longest = self._remember(writes, (body.get("prompt_cache_options") or {}).get("ttl") or "30m")
        return CacheUse(read, max(longest - read, 0))

    def _longest(self, prefixes: Iterable[Prefix]) -> int:
        """Tokens of the longest of these prefixes that is remembered; reading it lengthens its life."""
        now = self._clock()
        for prefix in sorted(prefixes, key=lambda prefix: prefix.tokens, reverse=True):
            lifetime, end = self._seen.get(prefix.key, (0.0, now - 1))
            if now <= end and prefix.tokens >= MINIMUM:
                self._keep(prefix.key, lifetime, now)
                return prefix.tokens
        return 0

    def _remember(self, prefixes: Iterable[Prefix], ttl: str) -> int:
        """Write these prefixes, and say how many tokens the longest has."""
        now, longest = self._clock(), 0
        for prefix in prefixes:
            if prefix.tokens >= MINIMUM:
                self._keep(prefix.key, LIFETIMES[prefix.ttl or ttl], now)
                longest = max(longest, prefix.tokens)
        while len(self._seen) > MAX_ENTRIES:
            del self._seen[next(iter(self._seen))]
        return longest

    def _keep(self, key: bytes, lifetime: float, now: float) -> None:
        self._seen.pop(key, None)
        self._seen[key] = lifetime, now + lifetime


def _breakpoints(
    model: Model, body: dict[str, Any], keys: Sequence[bytes], ends: Sequence[Prefix]
) -> tuple[list[Prefix], list[Prefix]]:
    """Where a prompt is looked up, and where it is written."""
    marks = marked(body["messages"], keys, ends, model)
    places = marks[:FIRST_MARKS] + marks[FIRST_MARKS:][-LATEST_MARKS:]
    if (body.get("prompt_cache_options") or {}).get("mode") == "explicit":
        return places, marks[-MAX_WRITES:]
    instructions, eligible = opening(body["messages"]), eligible_ends(body["messages"])
    places += ends[:instructions][-1:] + [ends[i] for i in eligible[-1 - EARLIER_ENDS :]]
    return places, [ends[i] for i in eligible[-1:]] + marks[1 - MAX_WRITES :]
