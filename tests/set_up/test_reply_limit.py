"""Replies that nobody has limited: a server that is not OpenAI's is asked for a limit, the others are not."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel

import common
from common import Settings
from mock_model import MockServer
from mock_model.server import BASE_URL
from set_up.reply_limit import ReplyLimit

from .reading import KEY, OLLAMA, refusal, settings

HELLO = [{"role": "user", "content": "Hello"}]


class Wire:
    """A server that notes the limits it was asked for, and cuts off at each of them what it does not say aloud."""

    def __init__(self, reply: str | None = "Good morning.") -> None:
        self.limits: list[dict[str, int]] = []
        self._reply, self._server = reply, MockServer()

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        self.limits.append({name: value for name, value in body.items() if "tokens" in name})
        answer = self._server.handle(request)
        if body.get("stream") or self._reply is not None or not self.limits[-1]:
            return answer
        thought = answer.json()
        if "choices" in thought:
            thought["choices"][0].update(finish_reason="length", message={"role": "assistant", "content": ""})
        else:
            thought.update(status="incomplete", output=[])
        return httpx2.Response(200, json=thought)

    def client(self, tokens: int = 40) -> openai.OpenAI:
        http_client = httpx2.Client(transport=httpx2.MockTransport(self.handle))
        client = openai.OpenAI(api_key="x", base_url=BASE_URL, max_retries=0, http_client=http_client)
        ReplyLimit("max_tokens", tokens).put_on(client)
        return client


def ask(client: openai.OpenAI, **more: object):
    return client.chat.completions.create(model="offline-model", messages=HELLO, **more)


def test_a_request_without_a_limit_gets_one_and_one_with_keeps_its_own():
    wire = Wire()
    client = wire.client()
    ask(client)
    ask(client, max_completion_tokens=7)
    ask(client, extra_body={"max_tokens": 8})
    list(ask(client, stream=True))
    client.responses.create(model="offline-model", input="Hello")
    client.chat.completions.with_raw_response.create(model="offline-model", messages=HELLO)
    limits = [{"max_tokens": 40}, {"max_completion_tokens": 7}, {"max_tokens": 8}, {"max_tokens": 40}]
    assert wire.limits == [*limits, {"max_output_tokens": 40}, {"max_tokens": 40}]


@pytest.mark.parametrize("responses", [False, True])
def test_a_model_that_thinks_past_the_limit_is_asked_again_without_and_has_none_from_then_on(responses):
    wire = Wire(reply=None)
    client = wire.client()
    for _ in range(2):
        if responses:
            assert client.responses.create(model="offline-model", input="Hello").output_text
        else:
            assert ask(client).choices[0].message.content
    assert wire.limits == [{"max_output_tokens" if responses else "max_tokens": 40}, {}, {}]


def test_a_reply_that_is_cut_off_after_its_first_word_stays_as_it_is():
    wire = Wire()
    answer = ask(wire.client(tokens=1))
    assert (answer.choices[0].finish_reason, len(wire.limits)) == ("length", 1)


def test_an_empty_reply_to_a_limit_of_the_callers_is_not_asked_for_again():
    wire = Wire(reply=None)
    assert ask(wire.client(), max_tokens=5).choices[0].message.content == ""
    assert wire.limits == [{"max_tokens": 5}]


def test_the_async_client_asks_for_it_too():
    wire = Wire(reply=None)

    async def asked() -> str:
        http_client = httpx2.AsyncClient(transport=httpx2.MockTransport(wire.handle))
        async with openai.AsyncOpenAI(api_key="x", base_url=BASE_URL, http_client=http_client) as client:
            ReplyLimit("max_tokens", 40).put_on(client)
            answer = await client.chat.completions.create(model="offline-model", messages=HELLO)
            return answer.choices[0].message.content

    assert asyncio.run(asked())
    assert wire.limits == [{"max_tokens": 40}, {}]


class Day(BaseModel):
    name: str


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": "x'}}
IN_THE_WAY = {
    "thinking aloud": {"content": "<think>Well, well"},
    "a call": {"content": None, "tool_calls": [CALL]},
    "a form": {"content": '{"na'},
}


def answering(answer: Callable[[dict[str, Any]], httpx2.Response]) -> tuple[openai.OpenAI, list[dict[str, Any]]]:
    """A limited client of a server that answers so, and what it was asked."""
    bodies: list[dict[str, Any]] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        bodies.append(json.loads(request.content))
        return answer(bodies[-1])

    http_client = httpx2.Client(transport=httpx2.MockTransport(handle))
    client = openai.OpenAI(api_key="x", base_url=BASE_URL, max_retries=0, http_client=http_client)
    ReplyLimit("max_tokens", 40).put_on(client)
    return client, bodies


def said(finish_reason: str = "stop", **message: Any) -> httpx2.Response:
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", **message}}
    return httpx2.Response(
        200, json={"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    )


def piece(request: dict[str, Any]) -> httpx2.Response:
    """A stream of one piece where a stream is wanted, else a reply; both in the form of a day."""
    if not request.get("stream"):
        return said(content='{"name": "Monday"}')
    choice = {"index": 0, "finish_reason": "stop", "delta": {"role": "assistant", "content": "Monday"}}
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    content = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=content)


def test_every_way_to_ask_is_limited_and_so_are_copies_of_the_client():
    client, bodies = answering(piece)
    chat = client.chat.completions
    for completions in (chat, client.with_options(timeout=9).chat.completions, client.copy().chat.completions):
        ask_with = {"model": "m", "messages": HELLO}
        completions.create(**ask_with)
        completions.create(**ask_with, max_tokens=openai.NOT_GIVEN)
        completions.create(**ask_with, max_tokens=openai.omit)
        completions.parse(**ask_with, response_format=Day)
        completions.with_raw_response.create(**ask_with)
        with completions.with_streaming_response.create(**ask_with) as response:
            response.parse()
        list(completions.create(**ask_with, stream=True))
        with completions.stream(**ask_with) as stream:
            stream.until_done()
    assert len(bodies) == 24 and {body.get("max_tokens") for body in bodies} == {40}
    chat.create(model="m", messages=HELLO, max_tokens=None)  # the caller wants none
    assert bodies[-1]["max_tokens"] is None


def test_a_model_that_thinks_changes_nothing_for_the_others_of_its_client():
    client, bodies = answering(
        lambda body: (
            said("length", content="") if body["model"] == "thinker" and "max_tokens" in body else said(content="Yes.")
        )
    )
    for model in ("thinker", "thinker", "small"):
        assert client.chat.completions.create(model=model, messages=HELLO).choices[0].message.content == "Yes."
    assert ["max_tokens" in body for body in bodies] == [True, False, False, True]


def test_one_that_was_wordless_at_a_limit_of_the_callers_has_none_from_here_on():
    client, bodies = answering(
        lambda body: said("length", content="") if "max_tokens" in body else said(content="Yes.")
    )
    assert client.chat.completions.create(model="m", messages=HELLO, max_tokens=500).choices[0].message.content == ""
    assert client.chat.completions.create(model="m", messages=HELLO).choices[0].message.content == "Yes."
    assert len(bodies) == 2


@pytest.mark.parametrize("cut", IN_THE_WAY.values(), ids=IN_THE_WAY)
def test_what_is_torn_by_the_limit_is_asked_for_again_without(cut):
    client, bodies = answering(
        lambda body: said("length", **cut) if "max_tokens" in body else said(content='{"name": "Monday"}')
    )
    day = client.chat.completions.parse(model="m", messages=HELLO, response_format=Day).choices[0].message.parsed
    assert day == Day(name="Monday") and len(bodies) == 2


@pytest.mark.parametrize("status", [400, 404, 422, 501])
def test_a_server_that_refuses_the_limit_is_asked_without_and_after_two_times_at_once(status):
    refusal = httpx2.Response(status, json={"error": {"message": "Unknown field"}})
    client, bodies = answering(lambda body: refusal if "max_tokens" in body else piece(body))
    for stream in (False, True, False):
        client.chat.completions.create(model="m", messages=HELLO, stream=stream)
    assert ["max_tokens" in body for body in bodies] == [True, False, True, False, False]
    with pytest.raises(openai.APIStatusError):  # the caller's own limit is the caller's affair
        client.chat.completions.create(model="m", messages=HELLO, max_tokens=5)


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_an_error_that_has_nothing_to_do_with_the_limit_is_raised_at_once(status):
    client, bodies = answering(lambda body: httpx2.Response(status, json={"error": {"message": "No."}}))
    with pytest.raises(openai.APIStatusError):
        client.chat.completions.create(model="m", messages=HELLO)
    assert len(bodies) == 1


def test_a_response_that_the_content_filter_has_stopped_is_not_asked_for_again():
    stopped = {"id": "r", "object": "response", "created_at": 0, "model": "m", "output": [], "tools": []}
    stopped |= {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}
    client, bodies = answering(lambda body: httpx2.Response(200, json=stopped))
    client.responses.create(model="m", input="Hello")
    client.responses.create(model="m", input="Hello")
    assert [body.get("max_output_tokens") for body in bodies] == [40, 40]


@pytest.mark.parametrize(
    ("chosen", "limit"),
    [
        (Settings("offline-model"), None),
        (Settings("offline-model", reply_limit=20), None),
        (Settings("gpt-6-luna", KEY), None),
        (Settings("gpt-6-luna", KEY, reply_limit=20), 20),
        (Settings("llama3.2", KEY, OLLAMA), 300),
        (Settings("llama3.2", KEY, OLLAMA, reply_limit=20), 20),
        (Settings("llama3.2", KEY, OLLAMA, reply_limit=0), None),
    ],
)
def test_who_has_a_limit_and_that_the_first_line_says_so(monkeypatch, chosen, limit):
    assert chosen.default_limit == limit
    assert (f"at most {limit} tokens in a reply" in str(chosen)) == bool(limit)
    monkeypatch.setattr(common, "SETTINGS", chosen)
    limited: list[openai.OpenAI] = []
    monkeypatch.setattr(ReplyLimit, "put_on", lambda limit, client: limited.append(client))
    client = common.get_client()
    assert limited == ([client] if limit else [])


def test_the_limit_is_read_from_the_settings_and_refused_where_it_is_no_number(tmp_path):
    server = {"OPENAI_BASE_URL": OLLAMA, "OPENAI_MODEL": "llama3.2"}
    assert settings(tmp_path, **server, OPENAI_REPLY_LIMIT="120").reply_limit == 120
    assert settings(tmp_path, **server).reply_limit is None
    assert settings(tmp_path, "OPENAI_REPLY_LIMIT=0\n", **server).reply_limit == 0
    for wrong in ("-1", "3.5", "many", "1e3", "99999999"):
        assert "OPENAI_REPLY_LIMIT is" in refusal(tmp_path, **server, OPENAI_REPLY_LIMIT=wrong)
