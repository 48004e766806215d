"""A stand-in for the client that answers at next to no cost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from openai.types.chat import ChatCompletion

from chat_memory.tokens import Message


def completion(text: str | None, *calls: dict[str, Any]) -> ChatCompletion:
    """An answer as the client returns it, with the calls of tools that it makes."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = list(calls)
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    choice = {"index": 0, "finish_reason": "tool_calls" if calls else "stop", "message": message}
    answer = {"id": "stub", "object": "chat.completion", "created": 0, "model": "stub", "choices": [choice]}
    return ChatCompletion.model_validate(answer | {"usage": usage})


class StubClient:
    """Has `chat.completions.create` and nothing else.

    It gives `reply` to the question that it was told to expect, and `summary` to any other request. Where a `call` is
    expected too, that comes first, and the reply once its result is there.
    """

    def __init__(self, summary: str) -> None:
        self.question = ""
        self.reply = self.call = self.summary = completion(summary)
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))

    def expect(self, question: str, reply: ChatCompletion, call: ChatCompletion | None = None) -> None:
        self.question, self.reply, self.call = question, reply, call or reply

    def create(self, *, model: str, messages: list[Message], **options: Any) -> ChatCompletion:
        last = messages[-1]
        if last["role"] == "tool":
            return self.reply
        return self.call if last["content"] == self.question else self.summary
