"""The offline model, with everything written down: what each request held, and what was answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import openai
import pydantic
from openai._models import construct_type, validate_type

from mock_model import MockServer

from .criteria import Message, Scene


@dataclass
class Exchange:
    """A request that is none of Chat Completions, and what came of it."""

    method: str
    path: str
    body: dict[str, Any]
    status: int = 0  # 0 where no answer came
    answer: dict[str, Any] | None = None


class RecordingServer(MockServer):
    """A server that keeps the messages of each request, and can let the request with a certain number fail.

    Requests of other kinds, such as those for responses, are kept as `exchanges`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.requests: list[list[Message]] = []
        self.replies: list[str | None] = []  # None where there was no answer
        self.prompt_tokens: list[int] = []
        self.failing: dict[int, str | int] = {}  # the number of a request, from 0, and its kind of failure
        self.exchanges: list[Exchange] = []

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        Scene.calls += 1
        body = json.loads(request.content) if request.content else {}
        if "messages" not in body:
            return self._exchange(request, body)
        number = len(self.requests)
        self.requests.append(body["messages"])
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

    def answer_to(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request of another kind than Chat Completions, of which nothing is written down here."""
        return super().handle(request)

    def _exchange(self, request: httpx2.Request, body: dict[str, Any]) -> httpx2.Response:
        self.exchanges.append(made := Exchange(request.method, request.url.path, body))
        response = self.answer_to(request)
        made.status = response.status_code
        if "json" in response.headers.get("content-type", ""):
            made.answer = json.loads(response.content)
        elif response.is_stream_consumed:  # what breaks off can be read only once, by the client
            made.answer = _events(response.content.decode())[-1].get("response")
        return response


def _streamed(events: str) -> str:
    """The text of a streamed answer."""
    return "".join(choice["delta"].get("content") or "" for chunk in _events(events) for choice in chunk["choices"])


def _events(stream: str) -> list[dict[str, Any]]:
    """What the events of a streamed answer hold."""
    return [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]


def plain(value: Any, expected: object = None) -> Any:
    """What the openai client makes of the arguments of `create` before it sends them: dicts and lists of plain values.

    The client compares each message with every type that a message may have. This gives the same for chat completions, and
    where hundreds of files are checked at once it takes the place of it: that halves the time of a request.
    """
    if isinstance(value, pydantic.BaseModel):
        return value.model_dump(exclude_unset=True, mode="json")
    if isinstance(value, Mapping):
        return {
            key: plain(inner) for key, inner in value.items() if not isinstance(inner, (openai.Omit, openai.NotGiven))
        }
    return (
        [plain(inner) for inner in value]
        if isinstance(value, Iterable) and not isinstance(value, (str, bytes))
        else value
    )


def checked_type(*, type_: type, value: object) -> object:
    """An answer as the openai package's type: checked by pydantic in one go, not put together field by field in Python.

    The same comes of an answer that is right, in half the time. Any other one is put together as ever.
    """
    try:
        return validate_type(type_=type_, value=value)
    except pydantic.ValidationError:
        return construct_type(type_=type_, value=value)
