"""Failures on request, so that recovering from them can be taught and tested.

Statuses, types and codes are OpenAI's (https://developers.openai.com/api/docs/guides/error-codes).
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence

import httpx2

from mock_model.api.bodies import ApiError

OF_REPLIES = ("overflow", "empty", "length", "refusal")  # what can befall only a request for a reply in words
OF_RESPONSES = ("failed",)  # what can befall only a response
KINDS = ("429", "quota", "500", "503", "timeout", "connection", "drop", *OF_REPLIES, *OF_RESPONSES)
_TOKENS_PER_MINUTE = 200_000
_WAIT_MS = 174
_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, "
    "read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
)
_ERRORS = {
    "quota": (429, _QUOTA, "insufficient_quota", "insufficient_quota"),
    "500": (500, "The server had an error while processing your request. Sorry about that!", "server_error", None),
    "503": (503, "The engine is currently overloaded, please try again later", "server_error", None),
}


class Failures:
    """The failures asked for and not yet given, first in, first out, among those that can befall a request."""

    def __init__(self) -> None:
        self._queue: deque[str] = deque()

    def add(self, kind: str | int, times: int = 1) -> None:
        """Let the next `times` requests that the server accepts fail so. Raises ValueError for unknown kinds."""
        if str(kind) not in KINDS:
            raise ValueError(f"There is no failure {kind!r}. The kinds are {', '.join(KINDS)}.")
        if times < 1:
            raise ValueError(f"A failure happens at least once, but times is {times}.")
        self._queue.extend([str(kind)] * times)

    def next(self, *, words: bool = True, response: bool = False) -> str | None:
        """Take the first failure that can befall this request, or None.

        One of a reply in words, or of a response, waits for such a request, and holds up none of those behind it.
        """
        waits = (*(() if words else OF_REPLIES), *(() if response else OF_RESPONSES))
        kind = next((kind for kind in self._queue if kind not in waits), None)
        if kind is not None:
            self._queue.remove(kind)  # the first of its kind
        return kind


def raise_failure(kind: str, request: httpx2.Request, model: str, tokens: int) -> None:
    """Raise what a request meets that fails before the model answers. The other kinds raise nothing here.

    `tokens` is what the request asks for, prompt and reply limit: the message of a rate limit names it.
    """
    if kind == "429":
        used = max(_TOKENS_PER_MINUTE - tokens + _TOKENS_PER_MINUTE * _WAIT_MS // 60_000, 0)
        message = (
            f"Rate limit reached for {model} in organization org-offline on tokens per min (TPM): Limit "
            f"{_TOKENS_PER_MINUTE}, Used {used}, Requested {tokens}. Please try again in {_WAIT_MS}ms. Visit "
            "https://platform.openai.com/account/rate-limits to learn more."
        )
        headers = {"retry-after": "1", "retry-after-ms": str(_WAIT_MS)}
        raise ApiError(429, message, type="tokens", code="rate_limit_exceeded", headers=headers)
    if kind in _ERRORS:
        status, message, type, code = _ERRORS[kind]
        raise ApiError(status, message, type=type, code=code)
    if kind == "timeout":
        raise httpx2.ReadTimeout("The read operation timed out", request=request)
    if kind == "connection":
        raise httpx2.ConnectError("[Errno 111] Connection refused", request=request)


def connection_lost(request: httpx2.Request) -> httpx2.RemoteProtocolError:
    """What a client sees when the server goes away in the middle of an answer."""
    message = "peer closed connection without sending complete message body (incomplete chunked read)"
    return httpx2.RemoteProtocolError(message, request=request)


class BrokenStream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """The first half of a stream of events, and then a lost connection. For sync and async clients."""

    def __init__(self, events: Sequence[bytes], request: httpx2.Request) -> None:
        self._events = events[: max(len(events) // 2, 1)]
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield from self._events
        raise connection_lost(self._request)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for event in self._events:
            yield event
        raise connection_lost(self._request)
