"""Any client, over a socket: what the offline model says comes as it comes without one, and streams come piece by piece."""

from __future__ import annotations

import asyncio
import json
import time

import httpx2
import openai
import pytest

from mock_model import MockServer
from mock_model.over_http.users import Settings

from .conftest import CHAT, HELLO, Server, ask, chat_body, running


def test_a_reply_is_the_one_that_comes_without_a_network(server: Server) -> None:
    inside = ask(MockServer().client())
    assert ask(server.client()) == inside
    assert inside.choices[0].message.content == "Your name is Ana."


def test_a_stream_is_the_one_that_comes_without_a_network(server: Server) -> None:
    options = {"stream": True, "stream_options": {"include_usage": True}}
    assert list(ask(server.client(), **options)) == list(ask(MockServer().client(), **options))


def test_each_event_is_a_chunk_of_its_own(server: Server) -> None:
    with httpx2.stream(
        "POST", server.address + CHAT, headers={"authorization": "Bearer a"}, content=chat_body(stream=True)
    ) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        events = b"".join(answer.iter_raw()).split(b"\n\n")
    head, _, chunked = server.raw(
        f"POST {CHAT} HTTP/1.1\nContent-Length: {len(chat_body(stream=True))}", chat_body(stream=True)
    ).partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert chunked.count(b"\r\ndata: ") == len(events) - 1 and chunked.endswith(b"\r\n0\r\n\r\n")


def test_responses_conversations_embeddings_and_models(server: Server) -> None:
    client = server.client("the-other-paths")
    first = client.responses.create(model="offline-model", input="My dog is called Pixel.")
    asked = {"model": "offline-model", "input": "What is my dog called?", "previous_response_id": first.id}
    assert "Pixel" in client.responses.create(**asked).output_text
    assert [event.type for event in client.responses.create(**asked, stream=True)][-1] == "response.completed"
    talk = client.conversations.create(items=[{"role": "user", "content": "I live in Porto."}])
    assert client.conversations.items.list(talk.id).data[0].content[0].text == "I live in Porto."
    assert client.conversations.delete(talk.id).deleted
    assert len(client.embeddings.create(model="offline-embedding", input="a dog").data[0].embedding) == 1_024
    assert "offline-model" in [model.id for model in client.models.list()]


def test_a_stream_keeps_the_pace_that_was_set() -> None:
    with running(Settings(pace=50, first_token_delay=0.1)) as server:
        began = time.perf_counter()
        arrived = [time.perf_counter() - began for _ in ask(server.client(), stream=True)]
        assert arrived[0] >= 0.1
        assert arrived[-1] >= 0.1 + 0.02 * (len(arrived) - 1)


def test_others_are_answered_while_a_slow_stream_goes_on() -> None:
    with (
        running(Settings(pace=20)) as server,
        server.client("slow").with_streaming_response.chat.completions.create(
            model="offline-model", messages=HELLO, stream=True
        ) as slow,
    ):
        began = time.perf_counter()
        assert ask(server.client("quick")).choices
        assert time.perf_counter() - began < 5
        assert slow.read().endswith(b"[DONE]\n\n")


def test_many_ask_at_once(server: Server) -> None:
    async def all_ask() -> list[str]:
        async with openai.AsyncOpenAI(base_url=server.address + "/v1", api_key="many", max_retries=0) as client:
            asked = [{"role": "user", "content": f"My number is {n}. What is my number?"} for n in range(20)]
            replies = [client.chat.completions.create(model="offline-model", messages=[one]) for one in asked]
            return [reply.choices[0].message.content or "" for reply in await asyncio.gather(*replies)]

    assert [str(n) in said for n, said in enumerate(asyncio.run(all_ask()))] == [True] * 20


def test_settings_of_the_server_hold() -> None:
    with running(Settings(window=20, any_model=True), api_key="the-right-one") as server:
        client = server.client("the-right-one")
        assert ask(client, "Hello", model="gpt-99").model == "gpt-99"
        with pytest.raises(openai.BadRequestError, match="maximum context length is 20 tokens"):
            ask(client, "Hello " * 20)
        for key in ("a-wrong-one", "the-right-one2"):
            with pytest.raises(openai.AuthenticationError, match="Incorrect API key"):
                ask(server.client(key))
        assert server.send("GET", "/v1/models", key="").status_code == 401
        assert server.send("GET", "/health", key="").json() == {"status": "ok"}


def test_every_answer_has_a_number(server: Server) -> None:
    numbers = {server.send("GET", "/v1/models").headers["x-request-id"] for _ in range(3)}
    assert len(numbers) == 3 and all(number.startswith("req_") for number in numbers)
    assert json.loads(server.send("GET", "/v1/models").content)["object"] == "list"
