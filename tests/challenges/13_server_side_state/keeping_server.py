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
RESPONSES, CONVERSATIONS = "/v1/responses", "/v1/conversations"
A_LONG_TIME = 400 * 24 * 3600.0  # seconds, after which no response is kept
CUT_OFF, FILTERED = b'"max_output_tokens"', b'"content_filter"'  # why a reply is cut off

Failure = str | int | tuple[int, str] | None  # a kind of `fail_next`, "filtered", or a status and the code of an error


class KeepingServer(RecordingServer):
    """The offline server, with another reply each time, before which the model thinks now and then.

    `read` holds what the model has read, as messages, of each request that it has answered. While `ignores` is set, the
    server looks neither at previous_response_id nor at conversation. `befalls` says what befalls the coming questions (POST)
    and the coming requests to delete (DELETE), one after the other; None: nothing.
    """

    def __init__(self, **options: Any) -> None:
        self.now = 0.0
        super().__init__(reply_to=self._say, clock=lambda: self.now, **options)
        self.read: list[list[Message]] = []
        self.ignores = False
        self.befalls: dict[str, list[Failure]] = {"POST": [], "DELETE": []}

    def answer_to(self, request: httpx2.Request) -> httpx2.Response:
        asks = request.method == "POST" and request.url.path == RESPONSES
        coming = self.befalls[request.method] if asks or request.method == "DELETE" else []
        failure = coming.pop(0) if coming else None
        if isinstance(failure, tuple):
            return httpx2.Response(failure[0], json={"error": {"message": "Not possible.", "code": failure[1]}})
        if failure == "connection":
            raise httpx2.ConnectError("[Errno 111] Connection refused", request=request)
        if failure is not None:
            self.fail_next("length" if failure == "filtered" else failure)
        if request.method == "POST" and self.ignores:
            body = json.loads(request.content)
            body = {name: value for name, value in body.items() if name not in ("previous_response_id", "conversation")}
            request = _request("POST", request.url.path, body)
        answer = super().answer_to(request)
        return _filtered(answer) if failure == "filtered" else answer

    def befall(self, *failures: Failure, method: str = "POST") -> None:
        """Let so many coming requests fail, each in its way."""
        self.befalls[method] = [*failures]

    def _say(self, body: dict[str, Any], fits: Any) -> Reply:
        self.read.append(body["messages"])
        number = len(self.read)
        return Reply(
            f"Nº {number}: »so it is« …\n\n- it’s {number}.\n" if number % 3 == 0 else f"This is answer {number}."
        )

    def keeps(self, response_id: str) -> bool:
        """Whether a response is on the server."""
        return self._status("GET", f"{RESPONSES}/{response_id}") == 200

    def conversations(self) -> list[str]:
        """The ids of all conversations that were begun and are still on the server."""
        made = [e.answer["id"] for e in self.exchanges if (e.method, e.path, e.status) == ("POST", CONVERSATIONS, 200)]
        return [id for id in made if self._status("GET", f"{CONVERSATIONS}/{id}") == 200]

    def lose(self, response_id: str) -> None:
        """Somebody else deletes a response."""
        self._status("DELETE", f"{RESPONSES}/{response_id}")

    def lose_all(self) -> None:
        """So much time passes that no response is kept any more."""
        self.now += A_LONG_TIME

    def _status(self, method: str, path: str) -> int:
        """The status of an answer to a request that nobody writes down."""
        return RecordingServer.answer_to(self, _request(method, path)).status_code


def _filtered(answer: httpx2.Response) -> httpx2.Response:
    """The same answer, cut off for another reason."""
    kind = answer.headers["content-type"]
    return httpx2.Response(200, headers={"content-type": kind}, content=answer.read().replace(CUT_OFF, FILTERED))


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
