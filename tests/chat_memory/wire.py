"""Servers as they are met: a real client of the openai package, and what comes back over the wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx2
import openai

from chat_memory import ChatMemory

Body = bytes | str | dict[str, Any]


class Server:
    """Gives its answers one after the other: JSON, the bytes of a stream, a page, or what a function makes of a request."""

    def __init__(self, *answers: Body | Callable[[dict], httpx2.Response]) -> None:
        self.left, self.requests = list(answers), []

    def client(self, asynchronous: bool = False) -> Any:
        kinds = (openai.AsyncOpenAI, httpx2.AsyncClient) if asynchronous else (openai.OpenAI, httpx2.Client)
        http_client = kinds[1](transport=httpx2.MockTransport(self.handle))
        return kinds[0](api_key="none", base_url="http://server.invalid/v1", max_retries=0, http_client=http_client)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(json.loads(request.content))
        answer = self.left.pop(0)
        if callable(answer):
            return answer(self.requests[-1])
        if isinstance(answer, dict):
            return httpx2.Response(200, json=answer)
        kind = "text/event-stream" if isinstance(answer, bytes) else "text/html; charset=utf-8"
        return httpx2.Response(200, headers={"content-type": kind}, content=answer)


def served(*answers: Body | Callable[[dict], httpx2.Response]) -> openai.OpenAI:
    """A client of a server that gives these answers."""
    return Server(*answers).client()


def refusing(status: int, message: str) -> Callable[[dict], httpx2.Response]:
    """An answer that is an error."""
    return lambda request: httpx2.Response(status, json={"error": {"message": message, "code": None}})


def events(*chunks: dict) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


def piece(text: Any = None, finish_reason: str | None = None, **more: Any) -> dict:
    """A chunk of a stream."""
    return chunk(
        {"index": 0, "delta": {"content": text} if text is not None else {}, "finish_reason": finish_reason}, **more
    )


def chunk(*choices: dict, **more: Any) -> dict:
    return {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": list(choices), **more}


def whole(text: Any, finish_reason: str | None = "stop", **more: Any) -> dict:
    """An answer that is not streamed."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], **more}


async def streamed(memory: ChatMemory, text: str) -> str:
    """The reply to a question, put together from the pieces of an async stream."""
    return "".join([piece async for piece in memory.stream_async(text)])


WAYS = {
    "ask": lambda memory, text: memory.ask(text),
    "stream": lambda memory, text: "".join(memory.stream(text)),
    "ask_async": lambda memory, text: asyncio.run(memory.ask_async(text)),
    "stream_async": lambda memory, text: asyncio.run(streamed(memory, text)),
}


def answer_to(way: str, finish_reason: str | None = "stop", /, **message: Any) -> Body:
    """One reply with these fields, as it comes for this way to ask."""
    if not way.startswith("stream"):
        answer = whole(None, finish_reason)
        answer["choices"][0]["message"] |= message
        return answer
    said = {"index": 0, "delta": {"role": "assistant", **message}, "finish_reason": None}
    return events(chunk(said), piece(None, finish_reason))


def asked(way: str, *answers: Body | Callable[[dict], httpx2.Response], **options: Any) -> tuple[Server, ChatMemory]:
    """A server with these answers, and a memory that asks it this way."""
    server = Server(*answers)
    return server, ChatMemory(server.client(way.endswith("async")), **options)
