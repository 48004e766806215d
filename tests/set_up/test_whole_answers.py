"""What a server leaves out of an answer is there for a lesson: a text that is empty, and the tokens, which are counted."""

import asyncio

import httpx2
import pytest

import common
from common import Settings
from mock_model.server import BASE_URL

from .reading import KEY, OLLAMA

KEPT = object()
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def client(monkeypatch):
    """A client of `common` for a server that is as the offline one, but for what is `put_in` its answers."""

    def made(get=common.get_client, content=KEPT, **put_in):
        server = common.offline_server()

        def handle(request: httpx2.Request) -> httpx2.Response:
            said = server.handle(request)
            if said.headers["content-type"].startswith("text/event-stream"):
                return said
            answer = said.json() | put_in
            if content is not KEPT:
                answer["choices"][0]["message"]["content"] = content
            return httpx2.Response(200, json=answer)

        kind = httpx2.AsyncClient if get is common.get_async_client else httpx2.Client
        way = {"api_key": KEY, "base_url": BASE_URL, "http_client": kind(transport=httpx2.MockTransport(handle))}
        monkeypatch.setattr(common, "SETTINGS", Settings("offline-model", KEY, OLLAMA))
        monkeypatch.setattr(common, "_way_to_the_server", lambda: way)
        monkeypatch.setattr(common, "_told", set())
        return get()

    return made


def ask(client, **more):
    return client.chat.completions.create(model="offline-model", messages=HELLO, **more)


def test_a_usage_that_is_missing_is_counted_as_the_offline_server_counts_and_that_is_said_once(client, capsys):
    counted = ask(client()).usage
    capsys.readouterr()
    asking = client(usage=None)
    for _ in range(2):
        usage = ask(asking).usage
        assert (usage.prompt_tokens, usage.completion_tokens) == (counted.prompt_tokens, counted.completion_tokens)
    assert capsys.readouterr().err.count("does not say how many tokens") == 1


def test_what_the_server_says_stays(client, capsys):
    usage = {"prompt_tokens": 77, "completion_tokens": 3, "total_tokens": 80}
    answer = ask(client(usage=usage, content="Good day."))
    assert (answer.usage.prompt_tokens, answer.choices[0].message.content) == (77, "Good day.")
    assert "does not say" not in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", None])
def test_an_empty_reply_is_a_text(client, content):
    assert ask(client(content=content)).choices[0].message.content == ""


def test_a_reply_that_is_cut_off_at_a_limit_that_nobody_set_is_told_once(client, capsys):
    limited = client(
        choices=[{"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "A"}}]
    )
    ask(limited, max_tokens=1)
    assert "cut off" not in capsys.readouterr().err
    for _ in range(2):
        ask(limited)
    assert capsys.readouterr().err.count("A reply was cut off at the limit; OPENAI_REPLY_LIMIT sets another") == 1


def test_calls_come_without_a_text(client):
    tools = [{"type": "function", "function": {"name": "weather", "description": "Get the weather."}}]
    message = ask(client(), tools=tools, tool_choice="required").choices[0].message
    assert message.tool_calls and message.content is None


def test_streams_and_other_answers_stay_as_they_are(client):
    assert list(ask(client(), stream=True))
    assert ask(client(choices=[], usage=None)).usage is None


def test_async_answers_are_whole_too(client):
    answer = asyncio.run(ask(client(common.get_async_client, usage=None, content=None)))
    assert answer.choices[0].message.content == "" and answer.usage.prompt_tokens == 8
