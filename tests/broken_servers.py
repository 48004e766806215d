"""Servers that are as the offline one but for one thing: what they are asked, or what they answer, is changed on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import openai

from chat_memory import count_tokens
from common import OFFLINE_MODEL
from mock_model import MockServer
from mock_model.server import BASE_URL
from tests.contract.server import Server

CHAT, RESPONSES = "/chat/completions", "/responses"
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
    return Server(client, model, window=window, sleep=lambda seconds: None)


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


# Each is for claims of its own


def remembering(answer: Change = as_it_is):
    """A server that puts the messages of the last request before those of the next."""
    before = []

    def asked(body):
        sent = body["messages"]
        body = body | {"messages": [*before, *sent]}
        before[:] = sent
        return body

    return server(asked=asked, answer=answer, at=CHAT)


def forgetting():
    """A server that reads the last message alone."""
    return server(asked=lambda body: body | {"messages": body["messages"][-1:]}, at=CHAT)


def showing_the_last(messages):
    """A server whose model is shown so many messages, as some programs do that keep a talk short."""
    return server(asked=lambda body: body | {"messages": body["messages"][-messages:]}, at=CHAT)


def counting_all_but_showing_the_last():
    """A server whose model is shown the last message, and whose usage counts all of them."""
    counted = []

    def asked(body):
        counted.append(count_tokens(body["messages"]))
        return body | {"messages": body["messages"][-1:]}

    def answer(body):
        body["usage"]["prompt_tokens"] = counted[-1]
        return body

    return server(asked=asked, answer=answer, at=CHAT)


def mute(**fields):
    """A server whose replies hold no word."""

    def answer(body):
        body["choices"][0]["message"].update({"content": None, **fields})
        return body

    def chunk(body):
        for each in body["choices"]:
            each["delta"].pop("content", None)
        return body

    return server(answer=answer, chunk=chunk, at=CHAT)


def writing(text, **choices):
    """A server whose reply is always this, whatever it is asked, and whatever its usage says."""

    def answer(body):
        body["choices"][0]["message"]["content"] = text
        body["choices"][0].update(choices)
        return body

    def chunk(body):
        for each in body["choices"]:
            each["delta"]["content"] = text if "role" in each["delta"] else ""
            each.update(choices if each["finish_reason"] else {})
        return body

    return server(answer=answer, chunk=chunk, at=CHAT)


def is_long_stream(body):
    return len(str(body)) > 9_000 and body.get("stream")


def dropping(condition):
    """Break off the connection of the requests of which this is true."""

    def asked(body):
        if condition(body):
            raise httpx2.ConnectError("Connection reset")
        return body

    return asked


def has_tools(body):
    return body.get("tools") or any(m["role"] == "tool" or m.get("tool_calls") for m in body["messages"])


def saying_200(path):
    """A server that does not know a path, and answers with the status 200, as LM Studio does."""
    error = {"error": "Unexpected endpoint or method. Returning 200 anyway"}
    return server(answer=lambda body: error, at=path)


def twice_at_the_end(*reasons):
    """A server whose stream says in two chunks how it has ended."""
    left = list(reasons)

    def chunk(body):
        if left and body["choices"] and body["choices"][0]["delta"].get("content"):
            body["choices"][0]["finish_reason"] = left.pop()
        return body

    return server(chunk=chunk, at=CHAT)


def strict(body):
    """What a strict chat template refuses: all that is not one system message, then user and assistant in turn."""
    roles = [message["role"] for message in body["messages"]]
    roles = roles[1:] if roles[0] == "system" else roles
    return any(role != ("user", "assistant")[place % 2] for place, role in enumerate(roles))


def cutting(tokens):
    """A server that leaves out the oldest messages of what does not fit, without a word, as Ollama does."""

    def asked(body):
        messages = body["messages"]
        while len(messages) > 1 and sum(len(str(message["content"])) for message in messages) > 3 * tokens:
            messages = messages[1:]
        messages = [message | {"content": message["content"][-3 * tokens :]} for message in messages]
        return body | {"messages": messages}

    return server(asked=asked, window=tokens, at=CHAT)


def content(change):
    """Change the contents of all messages."""
    return lambda body: body | {"messages": [message | change(message) for message in body["messages"]]}


def without_messages_of(*roles):
    def asked(body):
        kept = [
            message for message in body["messages"] if message["role"] not in roles and not message.get("tool_calls")
        ]
        return without("tools")(body) | {"messages": kept}

    return server(asked=asked, at=CHAT)


def calls_without(*names):
    def answer(body):
        for call in body["choices"][0]["message"].get("tool_calls") or []:
            call.update(dict.fromkeys(names))
        return body

    return server(answer=answer, at=CHAT)


def pieces_without_index(body):
    for each in body["choices"]:
        for piece in each["delta"].get("tool_calls") or []:
            piece["index"] = None
    return body


def cached(**fields):
    def answer(body):
        body["usage"].update(fields)
        return body

    return server(answer=answer, at=CHAT)


def half_of_what_is_cached(body):
    details = body["usage"]["prompt_tokens_details"]
    body["usage"]["prompt_tokens"] -= details["cached_tokens"] * 6 // 10
    details["cached_tokens"] //= 9
    return body


def reversed_vectors(body):
    numbers = [item["embedding"] for item in body["data"]]
    for item, other in zip(body["data"], [numbers[1], numbers[0], numbers[2]], strict=True):
        item["embedding"] = other
    return body


def lying():
    """A server that ignores previous_response_id, and says that it goes on from it."""
    claimed = []

    def asked(body):
        claimed.append(body.get("previous_response_id"))
        return without("previous_response_id")(body)

    return server(asked=asked, answer=lambda body: body | {"previous_response_id": claimed[-1]}, at=RESPONSES)


class Undeletable:
    """A server that says of a response that it is deleted, and keeps it."""

    def __init__(self):
        self.mock = MockServer()

    def handle(self, request):
        if request.method == "DELETE":
            return httpx2.Response(200, json={"id": "resp_1", "object": "response", "deleted": True})
        return self.mock.handle(request)


def undeletable():
    http_client = httpx2.Client(transport=httpx2.MockTransport(Undeletable().handle))
    return Server(openai.OpenAI(api_key="x", base_url=BASE_URL, http_client=http_client), OFFLINE_MODEL)


def of_another_name(**more):
    """A server whose model has a name that is none of OpenAI's, and reads more tokens."""
    return server(
        asked=lambda body: body | {"model": OFFLINE_MODEL}, answer=usage(**more), at=CHAT, model="small-model-1b"
    )


def template(**more):
    return server(asked=refusing(strict, message="roles must alternate"), at=CHAT, **more)
