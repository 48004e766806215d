"""Handling: what every request has in common: its body is read up to a limit, pages may ask, and errors are the API's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
from tornado.web import HTTPError, RequestHandler, stream_request_body

from mock_model.api.bodies import ApiError
from mock_model.over_http import log
from mock_model.over_http.asked import Asked, Record
from mock_model.over_http.journal import Journal
from mock_model.over_http.users import User, Users

LARGEST = 32 * 2**20  # bytes of a body
_READ_AT_MOST = 32 * LARGEST  # and thrown away, so that a client comes to read why; a larger one is cut off
_TOO_LARGE = f"The body of your request is larger than {LARGEST // 2**20} MB, which is the most that this server reads."
_FAULT = "The server had an error while processing your request. Sorry about that!"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Max-Age": "600",  # seconds
}


@dataclass
class State:
    """What all requests share."""

    users: Users
    journal: Journal | None = None
    asked: Asked = field(default_factory=Asked)
    numbers: count[int] = field(default_factory=lambda: count(1))
    tell: Callable[[int, str, str, str, float], None] = log.line
    answered: int = 0


@stream_request_body
class Handler(RequestHandler):
    """A request to this server. A subclass answers it in `answer`."""

    state: State
    user: User  # whose request it is, once its headers are read

    def initialize(self, state: State) -> None:
        self.state, self.began, self.user = state, time.perf_counter(), state.users.stranger
        self.body, self.outcome, self.read = bytearray(), "", 0

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Vary", "Origin")
        if origin := self.opened_to():
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Expose-Headers", "*")

    def opened_to(self) -> str:
        """The origin whose pages may read the answer in a browser: any, unless a subclass says otherwise; "" is none."""
        return "*"

    def prepare(self) -> None:
        """Called when the headers are there: from here on it is known whose the request is."""
        sent = self.request
        self.set_header("x-request-id", f"req_{next(self.state.numbers):08x}")
        target = f"http://offline{sent.path}" + (f"?{sent.query}" if sent.query else "")
        try:
            self.asked = httpx2.Request(sent.method or "GET", target, headers=list(sent.headers.get_all()))
        except (httpx2.InvalidURL, ValueError) as error:
            raise HTTPError(400) from error
        self.user = self.state.users.of(self.asked.headers)
        declared = sent.headers.get("Content-Length", "0")
        if declared.isdecimal() and int(declared) > _READ_AT_MOST:
            self.refuse(ApiError(413, _TOO_LARGE))

    def data_received(self, chunk: bytes) -> None:
        self.read += len(chunk)
        if self.read <= LARGEST:
            self.body += chunk
        elif self.read > _READ_AT_MOST and not self._finished:
            self.refuse(ApiError(413, _TOO_LARGE))

    async def _respond(self) -> None:
        if self.read > LARGEST:
            self.refuse(ApiError(413, _TOO_LARGE))
            return
        if (coding := self.asked.headers.get("content-encoding", "identity")).lower() != "identity":
            self.refuse(
                ApiError(415, f"This server reads a body as it is: send yours without 'Content-Encoding: {coding}'.")
            )
            return
        self.asked = httpx2.Request(
            self.asked.method, self.asked.url, headers=self.asked.headers, content=bytes(self.body)
        )
        try:
            await self.answer()
        except ApiError as error:
            self.refuse(error)

    get = post = put = patch = delete = head = _respond

    async def answer(self) -> None:
        """Answer the request `asked`. May raise ApiError, which is sent."""
        raise NotImplementedError

    def options(self) -> None:
        """What a browser asks before it sends a request from a page of another origin."""
        self.set_status(204)
        if not self.opened_to():
            return
        for name, value in _PREFLIGHT.items():
            self.set_header(name, value)
        wanted = self.request.headers.get("Access-Control-Request-Headers", "Authorization, Content-Type")
        self.set_header("Access-Control-Allow-Headers", wanted)
        if self.request.headers.get("Access-Control-Request-Private-Network"):
            self.set_header("Access-Control-Allow-Private-Network", "true")

    def send(self, response: httpx2.Response) -> None:
        """Send a whole answer."""
        self.take_over(response)
        self.finish(response.content)

    def take_over(self, response: httpx2.Response) -> None:
        """Take over status and headers of an answer."""
        self.set_status(response.status_code)
        for name, value in response.headers.items():
            if name != "content-length":
                self.set_header(name, value)

    def refuse(self, error: ApiError) -> None:
        """Send an error."""
        self.send(error.response())

    def send_json(self, body: dict[str, Any]) -> None:
        """Send a JSON body."""
        self.set_header("content-type", "application/json")
        self.finish(body)

    def write_error(self, status_code: int, **about: Any) -> None:
        """Say in the API's form what the web library refuses, or that the fault is ours."""
        message = _FAULT if status_code >= 500 else f"{self._reason}: {self.request.method} {self.request.path}."
        self.refuse(
            ApiError(status_code, message, type="server_error" if status_code >= 500 else "invalid_request_error")
        )

    def log_exception(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is not None and not isinstance(error, HTTPError):
            log.fault(error)

    def compute_etag(self) -> None:
        """None: an answer is never the same as an earlier one to a client that asks anew."""

    def note(self, record_it: bool = True) -> None:
        """Log the request, when all is sent that will be; `application` calls it."""
        user = self.user.number
        status = 0 if self.outcome else self.get_status()
        self.state.answered += 1
        path = self.request.path
        self.state.tell(
            user, self.request.method or "", path, self.outcome or str(status), time.perf_counter() - self.began
        )
        if record_it and self.request.method != "OPTIONS":
            record = Record(user, self.request.method or "", path, bytes(self.body), status)
            self.state.asked.add(record)
            if self.state.journal:
                self.state.journal.write(record)
