"""Answering: what the offline model says goes out piece by piece, and what was to go wrong on the wire really does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import Iterable
from typing import Any, cast

import httpx2
from tornado.iostream import StreamClosedError

from mock_model.api.bodies import ApiError
from mock_model.over_http.failing import LONGEST, Delay
from mock_model.over_http.handling import Handler
from mock_model.over_http.users import User

ANSWERED = ("/v1/chat/completions", "/v1/responses", "/v1/embeddings")  # where a model says something
_NOT_HERE = "The offline model answers below /v1; GET /offline/, with a key, says what a test can ask of it."
_HALF = b'{"id": "'  # of an answer that breaks off before anything is said
_STREAM = "text/event-stream"
_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # of SO_LINGER: what is unsent is thrown away


class ModelHandler(Handler):
    """Everything under /v1, and whatever is not there."""

    def initialize(self, state: Any) -> None:
        super().initialize(state)
        self.gone = asyncio.Event()  # whoever asked

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.gone.set()

    async def answer(self) -> None:
        method, path = self.asked.method, self.asked.url.path
        if path == "/":
            raise ApiError(404, f"Invalid URL ({method} /). {_NOT_HERE}")
        user, said = self.user, method == "POST" and path in ANSWERED
        if method == "HEAD":  # the answer of GET, whose body the web library leaves out
            self.asked = httpx2.Request("GET", self.asked.url, headers=self.asked.headers)
        if said and user.number:
            user.try_luck()
        try:
            response = user.server.handle(self.asked)
            if said and response.status_code == 200:
                await self.say(response, user)
            else:
                self.send(response)
        except httpx2.TransportError as error:
            await self.fail(error)
        except StreamClosedError:
            self.outcome = self.outcome or "the client has gone"

    async def fail(self, error: httpx2.TransportError) -> None:
        """Let happen to the connection what the error says of it."""
        if isinstance(error, httpx2.ReadTimeout):
            self.outcome = "no answer"
            with contextlib.suppress(StreamClosedError):
                await self.wait(LONGEST)
            self.cut()
        elif isinstance(error, httpx2.ConnectError):
            self.outcome = "connection refused"
            self.cut(reset=True)
        else:
            self.outcome = "broken off"
            await self.break_off()

    async def say(self, response: httpx2.Response, user: User) -> None:
        """Send what a model says: each piece in its time. Raises a TransportError where it is to break off."""
        delay = user.delays.next()
        first = user.settings.first_token_delay + (_seconds(delay) if delay and delay.kind == "slow" else 0)
        stall = _seconds(delay) if delay and delay.kind == "stall" else 0
        self.take_over(response)
        streamed = response.headers["content-type"].startswith(_STREAM)
        pieces, broken = pieces_of(response, streamed)
        if streamed:
            await self.flush()
        else:
            self.set_header("content-length", str(len(response.content)))
        if first:
            await self.wait(first)
        pause = 1 / user.settings.pace if streamed and user.settings.pace else 0
        for number, piece in enumerate(pieces):
            if stall and number == len(pieces) // 2:
                self.outcome = "stalled"
                await self.wait(stall)
                self.outcome = ""
            elif pause and number:
                await self.wait(pause)
            self.write(piece)
            if streamed or stall:
                await self.flush()
        if broken:
            raise broken
        self.finish()

    async def wait(self, seconds: float) -> None:
        """Wait, but no longer than the client does. Raises StreamClosedError when it goes."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.gone.wait(), seconds)
            raise StreamClosedError()

    async def break_off(self) -> None:
        """Close the connection in the middle of an answer: of one that was not begun, after its first bytes."""
        if not self._headers_written:
            self.set_header("content-type", "application/json")
            self.set_header("content-length", "1000")
            self.write(_HALF)
            with contextlib.suppress(StreamClosedError):
                await self.flush()
        self.cut()

    def cut(self, reset: bool = False) -> None:
        """Close the connection without a word; with `reset` so that the client sees it refused at once."""
        stream: Any = self.request.connection.stream  # type: ignore[union-attr]
        if reset and not stream.closed():
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        stream.close()


def pieces_of(response: httpx2.Response, streamed: bool) -> tuple[list[bytes], httpx2.TransportError | None]:
    """An answer in pieces, events of a stream or halves of what is whole, and the error with which it breaks off."""
    if not streamed:
        half = len(response.content) // 2
        return [response.content[:half], response.content[half:]], None
    events: list[bytes] = []
    try:
        for chunk in cast(Iterable[bytes], response.stream):
            events += [event + b"\n\n" for event in chunk.split(b"\n\n") if event]
    except httpx2.TransportError as error:
        return events, error
    return events, None


def _seconds(delay: Delay) -> float:
    return LONGEST if delay.seconds is None else min(delay.seconds, LONGEST)
