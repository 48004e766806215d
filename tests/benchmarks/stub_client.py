"""A stand-in for the client that answers at next to no cost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from openai.types.chat import ChatCompletion

from chat_memory.tokens import Message


def completion(text: str) -> ChatCompletion:
    """An answer as the client returns it."""
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    answer = {"id": "stub", "object": "chat.completion", "created": 0, "model": "stub", "choices": [choice]}
    return ChatCompletion.model_validate(answer | {"usage": usage})


class StubClient:
    """Has `chat.completions.create` and nothing else.

    It gives `reply` to the question that it was told to expect, and `summary` to any other request.
    """

    def __init__(self, summary: str) -> None:
        self.question = ""
        self.reply = self.summary = completion(summary)
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))

    def expect(self, question: str, reply: ChatCompletion) -> None:
        self.question, self.reply = question, reply

    def create(self, *, model: str, messages: list[Message], **options: Any) -> ChatCompletion:
        return self.reply if messages[-1]["content"] == self.question else self.summary
