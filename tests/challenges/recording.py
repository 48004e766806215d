"""The offline model, with everything written down: what each request held, and what was answered."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import httpx2

from criteria import Message
from mock_model import MockServer


class RecordingServer(MockServer):
    """A server that keeps the messages of each request, and can let the request with a certain number fail."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.requests: list[list[Message]] = []
        self.replies: list[str | None] = []  # None where there was no answer
        self.prompt_tokens: list[int] = []
        self.failing: dict[int, str | int] = {}  # the number of a request, from 0, and its kind of failure

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if "messages" not in body:
            return super().handle(request)
        number = len(self.requests)
        self.requests.append(deepcopy(body["messages"]))
        self.replies.append(None)
        self.prompt_tokens.append(0)
        if number in self.failing:
            self.fail_next(self.failing[number])
        response = super().handle(request)
        if response.status_code == 200 and body.get("stream"):
            if self.failing.get(number) != "drop":  # what breaks off can be read only once, by the client
                self.replies[number] = _streamed(response.content.decode())
        elif response.status_code == 200:
            answer = json.loads(response.content)
            self.replies[number] = answer["choices"][0]["message"]["content"]
            self.prompt_tokens[number] = answer["usage"]["prompt_tokens"]
        return response


def _streamed(events: str) -> str:
    """The text of a streamed answer."""
    chunks = [json.loads(line[6:]) for line in events.splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])
