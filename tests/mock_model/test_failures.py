"""Failures asked for: what the client sees, in which order, and that it recovers."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import openai
import pytest

import mock_model
from mock_model.api.completion import Reply

HELLO = [{"role": "user", "content": "Hello"}]
TEXT = "The harbour opens at nine in the morning."  # nine tokens


def server(reply: Reply | None = None) -> mock_model.MockServer:
    return mock_model.MockServer(reply_to=lambda body, fits: reply or Reply(TEXT))


def ask(client: openai.OpenAI, **options: Any) -> Any:
    return client.chat.completions.create(model="offline-model", messages=HELLO, **options)


async def ask_async(server: mock_model.MockServer, **options: Any) -> Any:
    return await server.async_client().chat.completions.create(model="offline-model", messages=HELLO, **options)


ERRORS = [
    (429, openai.RateLimitError, 429, "tokens", "rate_limit_exceeded", r"Rate limit reached for offline-model in "),
    (
        "quota",
        openai.RateLimitError,
        429,
        "insufficient_quota",
        "insufficient_quota",
        r"You exceeded your current quota, ",
    ),
    (500, openai.InternalServerError, 500, "server_error", None, r"The server had an error while processing your "),
    (503, openai.InternalServerError, 503, "server_error", None, r"The engine is currently overloaded, "),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("kind", "exception", "status", "type", "code", "start"), ERRORS)
def test_errors_with_a_status(
    kind: Any, exception: type, status: int, type: str, code: str | None, start: str, stream: bool
) -> None:
    failing = server()
    failing.fail_next(kind)
    with pytest.raises(exception) as caught:
        ask(failing.client(), stream=stream)
    error = caught.value
    assert (error.status_code, error.type, error.code, error.param) == (status, type, code, None)
    assert error.body["message"].startswith(start)
    assert ask(failing.client()).choices[0].message.content == TEXT


def test_a_rate_limit_says_when_to_try_again() -> None:
    failing = server()
    failing.fail_next(429)
    with pytest.raises(openai.RateLimitError) as caught:
        ask(failing.client(), max_completion_tokens=100)
    assert caught.value.response.headers["retry-after"] == "1"
    limit, used, requested, wait = map(int, re.findall(r"(?:Limit|Used|Requested|in) (\d+)", caught.value.message))
    assert requested == 8 + 100
    assert (used + requested - limit) / limit * 60_000 == pytest.approx(wait, abs=1)


@pytest.mark.parametrize("kind", [429, 500, 503, "timeout", "connection"])
def test_a_client_that_retries_recovers(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    failing = server()
    failing.fail_next(kind, times=2)
    with pytest.raises(openai.APIError):
        ask(failing.client().with_options(max_retries=0))
    assert ask(failing.client().with_options(max_retries=1)).choices[0].message.content == TEXT


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("kind", "exception"), [("timeout", openai.APITimeoutError), ("connection", openai.APIConnectionError)]
)
def test_a_network_that_fails(kind: str, exception: type, stream: bool) -> None:
    failing = server()
    failing.fail_next(kind, times=2)
    with pytest.raises(exception) as caught:
        ask(failing.client(), stream=stream)
    assert type(caught.value) is exception
    with pytest.raises(exception):
        asyncio.run(ask_async(failing, stream=stream))


def test_a_dropped_answer() -> None:
    failing = server()
    failing.fail_next("drop", times=2)
    with pytest.raises(openai.APIConnectionError):
        ask(failing.client())
    with pytest.raises(openai.APIConnectionError):
        asyncio.run(ask_async(failing))


@pytest.mark.parametrize("text", [TEXT, "Yes.", ""])
def test_a_dropped_stream_gives_some_chunks_first(text: str) -> None:
    failing = server(Reply(text))
    failing.fail_next("drop")
    chunks = []
    with pytest.raises(openai.APIConnectionError):
        for chunk in ask(failing.client(), stream=True):
            chunks.append(chunk)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert chunks and text.startswith(said)
    assert all(chunk.choices[0].finish_reason is None for chunk in chunks)
    assert text != TEXT or 5 < len(said) < len(TEXT)


def test_a_dropped_async_stream_gives_some_chunks_first() -> None:
    failing = server()
    failing.fail_next("drop")

    async def read() -> str:
        said = ""
        with pytest.raises(openai.APIConnectionError):
            async for chunk in await ask_async(failing, stream=True):
                said += chunk.choices[0].delta.content or ""
        return said

    said = asyncio.run(read())
    assert TEXT.startswith(said) and 5 < len(said) < len(TEXT)


@pytest.mark.parametrize(("options", "tokens"), [({}, 512), ({"max_completion_tokens": 20}, 20)])
def test_an_empty_answer(options: dict, tokens: int) -> None:
    failing = server()
    failing.fail_next("empty", times=2)
    answer = ask(failing.client(), **options)
    assert answer.choices[0].message.content == ""
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == answer.usage.completion_tokens_details.reasoning_tokens == tokens
    chunks = list(ask(failing.client(), stream=True, **options))
    assert not any(chunk.choices[0].delta.content for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "length"


def test_an_answer_cut_half_way() -> None:
    failing = server(Reply(TEXT, reasoning="They ask about the harbour."))
    failing.fail_next("length")
    cut, whole = ask(failing.client()), ask(failing.client())
    content = cut.choices[0].message.content
    assert content == "The harbour opens at" and TEXT.startswith(content)
    assert (cut.choices[0].finish_reason, whole.choices[0].finish_reason) == ("length", "stop")
    assert whole.usage.completion_tokens - cut.usage.completion_tokens == 5
    reasoned = [answer.usage.completion_tokens_details.reasoning_tokens for answer in (cut, whole)]
    assert reasoned[0] == reasoned[1] > 0


def test_failures_come_in_the_order_asked_for() -> None:
    failing = server()
    failing.fail_next(500)
    failing.fail_next("timeout", times=2)
    failing.fail_next("quota")
    seen = []
    for _ in range(5):
        try:
            ask(failing.client())
            seen.append("an answer")
        except openai.APIError as error:
            seen.append(type(error).__name__)
    assert seen == ["InternalServerError", "APITimeoutError", "APITimeoutError", "RateLimitError", "an answer"]


def test_other_requests_do_not_use_a_failure_up() -> None:
    failing = server()
    failing.fail_next(500)
    client = failing.client()
    client.models.list()
    with pytest.raises(openai.BadRequestError):
        ask(client, n=129)
    with pytest.raises(openai.InternalServerError):
        ask(client)


@pytest.mark.parametrize(("kind", "times"), [("404", 1), (418, 1), ("", 1), (None, 1), (429, 0), (429, -1)])
def test_a_failure_that_cannot_be(kind: Any, times: int) -> None:
    failing = server()
    with pytest.raises(ValueError, match=r"The kinds are 429, quota, 500|at least once"):
        failing.fail_next(kind, times)
    assert ask(failing.client()).choices[0].message.content == TEXT


@pytest.mark.parametrize("tools", [[], [{"type": "function", "function": {"name": "f"}}]])
def test_an_overflow_is_one_of_a_window_that_is_a_token_too_small(tools: list) -> None:
    failing = server()
    failing.fail_next("overflow")
    failing.client().embeddings.create(model="offline-embedding", input="no reply: it waits")
    more = {"tools": tools} if tools else {}
    with pytest.raises(openai.BadRequestError) as caught:
        ask(failing.client(), stream=True, **more)
    window, resulted = map(int, re.findall(r"(?:is|in) (\d+) tokens", caught.value.message))
    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "messages")
    assert ask(failing.client(), **more).usage.prompt_tokens == resulted == window + 1


def test_an_overflow_of_a_response() -> None:
    failing = server()
    failing.fail_next("overflow")
    client = failing.client()
    with pytest.raises(openai.BadRequestError, match="exceeds the context window") as caught:
        client.responses.create(model="offline-model", input="Hello", truncation="auto")
    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "input")
    assert client.responses.create(model="offline-model", input="Hello").output_text == TEXT


def test_a_failure_that_waits_for_another_request_holds_up_none_behind_it() -> None:
    failing = server()
    for kind in ("failed", "refusal", 503, "failed"):
        failing.fail_next(kind)
    client = failing.client()
    with pytest.raises(openai.InternalServerError):
        client.embeddings.create(model="offline-embedding", input="neither of a reply nor of a response")
    assert ask(client).choices[0].message.refusal
    assert ask(client).choices[0].message.content == TEXT
    statuses = [client.responses.create(model="offline-model", input="Hello").status for _ in range(3)]
    assert statuses == ["failed", "failed", "completed"]
