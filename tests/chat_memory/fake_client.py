"""A client without a server: a function answers, and every request is kept."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

from openai.types.chat import ChatCompletion


def answer(text: str | None, finish_reason: str | None = "stop", usage: dict[str, Any] | None = None) -> ChatCompletion:
    """A reply as the client returns it."""
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text}}
    return ChatCompletion.construct(id="fake", object="chat.completion", choices=[choice], usage=usage)


class FakeClient:
    """Has `chat.completions.create` and nothing else. `reply(messages)` is the text of the reply, or a whole answer."""

    def __init__(self, reply: Callable[[list[dict]], str | ChatCompletion] = lambda messages: "Noted.") -> None:
        self.reply = reply
        self.requests: list[dict[str, Any]] = []
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))

    def create(self, **request: Any) -> ChatCompletion:
        self.requests.append(deepcopy(request))
        reply = self.reply(request["messages"])
        return answer(reply) if isinstance(reply, str) else reply


class FakeAsyncClient(FakeClient):
    """The same for the methods that end in `_async`."""

    async def create(self, **request: Any) -> ChatCompletion:
        return FakeClient.create(self, **request)
