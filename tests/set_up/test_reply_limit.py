"""Replies that nobody has limited: a server that is not OpenAI's is asked for a limit, the others are not."""

import asyncio
import json

import httpx2
import openai
import pytest

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
