"""A server that keeps conversations, loses them, ignores ids and fails; and what its model has read each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2

from mock_model.api.completion import Reply

from ..engine.criteria import Message
from ..engine.recording_server import Exchange, RecordingServer

ADDRESS = "http://offline-model.invalid"
RESPONSES = "/v1/responses"
A_LONG_TIME = 400 * 24 * 3600.0  # seconds, after which no response is kept
BAD_GATEWAY = 502


class KeepingServer(RecordingServer):
    """The offline server, with another reply each time, before which the model thinks now and then.

    `read` holds what the model has read, as messages, of each request that it has answered. While `ignores` is set, the
    server does not look at previous_response_id. `failing_deletes` is how many more requests to delete are accepted before
    one fails; None where none does.
    """

    def __init__(self, **options: Any) -> None:
        self.now = 0.0
        super().__init__(reply_to=self._say, clock=lambda: self.now, **options)
        self.read: list[list[Message]] = []
        self.ignores = False
        self.failing_deletes: int | None = None

    def answer_to(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "DELETE" and self.failing_deletes is not None:
            self.failing_deletes -= 1
            if self.failing_deletes < 0:
                self.failing_deletes = None
                return httpx2.Response(BAD_GATEWAY, json={"error": {"message": "Bad gateway.", "type": "server_error"}})
        if request.method == "POST" and self.ignores:
            body = json.loads(request.content)
            body.pop("previous_response_id", None)
            request = _request("POST", request.url.path, body)
        return super().answer_to(request)

    def _say(self, body: dict[str, Any], fits: Any) -> Reply:
        self.read.append(body["messages"])
        number = len(self.read)
        return Reply(
            f"Nº {number}: »so it is« …\n\n- it’s {number}." if number % 3 == 0 else f"This is answer {number}."
        )

    def keeps(self, response_id: str) -> bool:
        """Whether a response is on the server."""
        return self._unseen("GET", response_id) == 200

    def lose(self, response_id: str) -> None:
        """Somebody else deletes a response."""
        self._unseen("DELETE", response_id)

    def lose_all(self) -> None:
        """So much time passes that no response is kept any more."""
        self.now += A_LONG_TIME

    def _unseen(self, method: str, response_id: str) -> int:
        """The status of an answer to a request that nobody writes down."""
        return RecordingServer.answer_to(self, _request(method, f"{RESPONSES}/{response_id}")).status_code


def _request(method: str, path: str, body: dict[str, Any] | None = None) -> httpx2.Request:
    headers = {"authorization": "Bearer offline", "content-type": "application/json"}
    content = b"" if body is None else json.dumps(body).encode()
    return httpx2.Request(method, ADDRESS + path, headers=headers, content=content)


def is_question(exchange: Exchange) -> bool:
    """Whether a request asks the model for a response."""
    return exchange.method == "POST" and exchange.path == RESPONSES


def is_answered(exchange: Exchange) -> bool:
    """Whether the model has answered it, and the answer has come."""
    return exchange.status == 200 and exchange.answer is not None


def sent_in(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Who says what in the input of a request for a response."""
    given = exchange.body.get("input")
    for item in [{"role": "user", "content": given}] if isinstance(given, str) else given or ():
        if isinstance(item, dict) and "role" in item:
            yield item["role"], text_in(item.get("content"))


def text_in(content: Any) -> str:
    """The text of a content, which may be one or a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content)
