"""A talk with an example: what is typed, who answers, and what comes in between."""

import contextlib
import json
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chat_memory import ChatMemory
from common import OFFLINE_MODEL
from mock_model import MockServer


def memory_on(server: MockServer, **sizes: int) -> Any:
    """A memory like that of the example, on a server that fails when it is told to."""
    return ChatMemory(server.client(), "Be brief.", model=OFFLINE_MODEL, **sizes)


def type_lines(monkeypatch: pytest.MonkeyPatch, *lines: Any) -> None:
    """Let these lines be typed one after the other; a function among them is called first, then comes the next line."""
    waiting = list(lines)

    def type_next(prompt: str = "") -> str:
        print(prompt, end="")
        while callable(line := waiting.pop(0)):
            line()
        return line

    monkeypatch.setattr("builtins.input", type_next)


class RecordingServer(MockServer):
    """The offline model, keeping the messages of every request."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[list[dict[str, Any]]] = []

    def handle(self, request: Any) -> Any:
        self.requests.append(json.loads(request.content)["messages"])
        return super().handle(request)


def slowly(client: Any, before_each_chunk: Any) -> Any:
    """A client whose stream calls a function before it hands out each chunk."""

    def create(**request: Any) -> Iterator[Any]:
        for chunk in client.chat.completions.create(**request):
            before_each_chunk()
            yield chunk

    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))


@contextlib.contextmanager
def nobody_listens() -> Iterator[dict[str, str]]:
    """The settings for a server that refuses every connection."""
    with socket.socket() as closed:  # bound, but nobody listens
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        yield {"OPENAI_BASE_URL": address, "OPENAI_MODEL": "x", "WORKBOOK_OFFLINE": "0"}
