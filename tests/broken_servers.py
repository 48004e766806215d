"""Servers that are as the offline one but for one thing: what they are asked, or what they answer, is changed on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import openai

from common import OFFLINE_MODEL
from mock_model import MockServer
from mock_model.server import BASE_URL
from tests.contract.server import Server

Body = dict[str, Any]
Change = Callable[[Body], Body | None]


class Refused(Exception):
    """A request is answered with this status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def as_it_is(body: Body) -> Body:
    return body


def server(
    *,
    asked: Change = as_it_is,
    answer: Change = as_it_is,
    chunk: Change = as_it_is,
    at: str = "",
    window: int | None = 4_000,
    model: str = OFFLINE_MODEL,
    **offline: Any,
) -> Server:
    """A server that changes each request, answer and chunk of a stream; what is None is left out.

    `at` is the end of the path at which it does so: everywhere else it is as the offline one.
    """
    mock = MockServer(context_window=window, **offline)

    def handle(request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith(at):
            return mock.handle(request)
        try:
            body = asked(json.loads(request.content)) if request.content else {}
        except Refused as error:
            return httpx2.Response(error.status, json={"error": {"message": str(error), "code": error.status}})
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        content = json.dumps(body).encode() if request.content else b""
        response = mock.handle(httpx2.Request(request.method, request.url, headers=headers, content=content))
        if response.status_code != 200:
            return response
        if not body.get("stream"):
            return httpx2.Response(200, json=answer(response.json()))
        return httpx2.Response(
            200, headers={"content-type": "text/event-stream"}, content=changed(response.text, chunk)
        )

    http_client = httpx2.Client(transport=httpx2.MockTransport(handle))
    client = openai.OpenAI(api_key="offline", base_url=BASE_URL, max_retries=0, http_client=http_client)
    return Server(client, model, window=window)


def changed(stream: str, chunk: Change) -> bytes:
    """The events of a stream, each changed."""
    kept = []
    for line in stream.splitlines():
        data = line.removeprefix("data: ")
        if line.startswith("data: {") and (new := chunk(json.loads(data))) is not None:
            kept.append(f"data: {json.dumps(new)}\n\n")
    return "".join([*kept, "data: [DONE]\n\n"]).encode()


def without(*names: str) -> Change:
    """Leave these out."""
    return lambda body: {name: value for name, value in body.items() if name not in names}


def refusing(condition: Callable[[Body], Any], status: int = 400, message: str = "not here") -> Change:
    """Refuse the requests of which this is true."""

    def asked(body: Body) -> Body:
        if condition(body):
            raise Refused(status, message)
        return body

    return asked


def choice(**fields: Any) -> Change:
    """Put these into the first choice, where there is one that ends."""

    def change(body: Body) -> Body:
        for each in body.get("choices", [])[:1]:
            if each.get("finish_reason"):
                each.update(fields)
        return body

    return change


def usage(**more: int) -> Change:
    """Add to the figures of the usage."""

    def change(body: Body) -> Body:
        if said := body.get("usage"):
            said.update({name: said[name] + tokens for name, tokens in more.items()})
        return body

    return change
