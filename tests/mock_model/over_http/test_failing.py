"""What was to go wrong goes wrong on the wire: a client sees what it would see of a network that fails."""

from __future__ import annotations

import socket
import time

import httpx2
import openai
import pytest

from mock_model.over_http import users
from mock_model.over_http.failing import ALL_KINDS, SPRINKLED, Chance
from mock_model.over_http.users import Settings

from .conftest import CHAT, Server, ask, chat_body, running

STATUS = {"429": 429, "quota": 429, "500": 500, "503": 503, "overflow": 400}
STREAMED = [False, True]


@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("kind", STATUS)
def test_errors_with_a_status(server: Server, kind: str, stream: bool) -> None:
    server.control("fail_next", "errors", kind=kind)
    with pytest.raises(openai.APIStatusError) as caught:
        ask(server.client("errors"), stream=stream)
    assert caught.value.status_code == STATUS[kind]
    assert ask(server.client("errors")).choices[0].message.content == "Your name is Ana."


def test_a_client_that_tries_again_comes_through(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for kind in ("429", "connection", "drop", "503"):
        server.control("fail_next", "again", kind=kind)
    retrying = server.client("again", max_retries=5)
    assert ask(retrying).choices[0].message.content == "Your name is Ana."


@pytest.mark.parametrize("stream", STREAMED)
def test_no_answer_comes_until_the_client_gives_up(server: Server, stream: bool) -> None:
    server.control("fail_next", "timeout", kind="timeout")
    with pytest.raises(openai.APITimeoutError):
        ask(server.client("timeout", timeout=0.2), stream=stream)
    assert ask(server.client("timeout")).choices


def test_a_connection_that_is_refused_is_closed_without_an_answer(server: Server) -> None:
    server.control("fail_next", kind="connection")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
        body = chat_body()
        wire.sendall(
            f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ana\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        with pytest.raises(ConnectionError):
            wire.recv(1)


def test_an_answer_breaks_off(server: Server) -> None:
    server.control("fail_next", kind="drop")
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending complete message body"):
        server.send("POST", CHAT, content=chat_body())


def test_a_stream_breaks_off_after_its_first_half_without_the_last_chunk(server: Server) -> None:
    body = chat_body("My name is Ana. What is my name?", stream=True)
    whole = server.raw(f"POST {CHAT} HTTP/1.1\nContent-Length: {len(body)}", body)
    server.control("fail_next", kind="drop")
    half = server.raw(f"POST {CHAT} HTTP/1.1\nContent-Length: {len(body)}", body)
    assert 0 < half.count(b"data: ") < whole.count(b"data: ")
    assert b"[DONE]" not in half and not half.endswith(b"0\r\n\r\n")
    server.control("fail_next", kind="drop")
    with pytest.raises(openai.APIConnectionError):
        list(ask(server.client(), stream=True))


def times_of(server: Server, key: str) -> list[float]:
    """When the pieces of a stream arrive: seconds after it was asked for. A busy machine only makes it later."""
    began = time.perf_counter()
    return [time.perf_counter() - began for _ in ask(server.client(key), stream=True)]


def is_in_order(server: Server, key: str) -> bool:
    """Whether nothing that was to go wrong for this key is left."""
    return server.state.users.of(httpx2.Headers({"authorization": f"Bearer {key}"})).delays.next() is None


def test_a_first_token_that_is_slow(server: Server) -> None:
    server.control("fail_next", "slow", kind="slow", seconds=0.3)
    assert times_of(server, "slow")[0] >= 0.3
    assert is_in_order(server, "slow")


def test_a_stream_that_stalls_goes_on_after_the_time_that_was_said(server: Server) -> None:
    server.control("fail_next", "stall", kind="stall", seconds=0.3)
    arrived = times_of(server, "stall")
    assert len(arrived) == 6 and arrived[-1] >= 0.3
    assert is_in_order(server, "stall")


def test_a_stream_stalls_in_its_middle(server: Server) -> None:
    server.control("fail_next", "middle", kind="stall")
    said = ""
    with pytest.raises(openai.APITimeoutError):
        for chunk in ask(server.client("middle", timeout=0.5), stream=True):
            said += chunk.choices[0].delta.content or ""
    assert said != "Your name is Ana." and "Your name is Ana.".startswith(said)


@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_a_delay_without_a_time_outlasts_the_client(server: Server, kind: str, stream: bool) -> None:
    server.control("fail_next", "gives up", kind=kind)
    with pytest.raises(openai.APITimeoutError):
        answer = ask(server.client("gives up", timeout=0.2), stream=stream)
        list(answer)
    assert ask(server.client("gives up")).choices


def test_an_answer_that_is_no_stream_can_be_slow_and_stall(server: Server) -> None:
    for kind in ("slow", "stall"):
        server.control("fail_next", "whole", kind=kind, seconds=0.2)
        began = time.perf_counter()
        assert ask(server.client("whole")).choices[0].message.content == "Your name is Ana."
        assert time.perf_counter() - began >= 0.2


def test_a_delay_waits_for_an_answer(server: Server) -> None:
    server.control("fail_next", "waits", kind="slow", seconds=0.3)
    server.send("GET", "/v1/models", "waits")
    with pytest.raises(openai.BadRequestError):
        ask(server.client("waits"), max_tokens=-1)
    assert times_of(server, "waits")[0] >= 0.3


def test_a_client_that_goes_in_the_middle_of_a_stream_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with running(Settings(pace=20)) as server:
        for _ in range(3):
            with server.client().with_streaming_response.chat.completions.create(
                model="offline-model", messages=[{"role": "user", "content": "Hello"}], stream=True
            ) as stream:
                lines = stream.iter_lines()
                next(lines)
                assert server.requests_in_work(patience=0) == 1
        assert server.requests_in_work() == 0
        assert ask(server.client()).choices
    lines = capsys.readouterr().err.splitlines()
    assert sum("the client has gone" in line for line in lines) == 3
    assert not any("Traceback" in line or "fault" in line for line in lines)


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/embeddings"])
def test_failures_are_for_responses_and_embeddings_too(server: Server, path: str) -> None:
    model = "offline-model" if path == "/v1/responses" else "offline-embedding"
    for kind, error in (("drop", httpx2.RemoteProtocolError), ("connection", httpx2.ReadError)):
        server.control("fail_next", path, kind=kind)
        with pytest.raises((error, httpx2.TransportError)):
            server.send("POST", path, path, json={"model": model, "input": "Hello"})
    server.control("fail_next", path, kind="slow", seconds=0.2)
    began = time.perf_counter()
    assert server.send("POST", path, path, json={"model": model, "input": "Hello"}).status_code == 200
    assert time.perf_counter() - began >= 0.2


def kinds_met(seed: int, rate: float, asked: int = 200) -> list[str | None]:
    chance = Chance(seed, rate)
    return [chance.next() for _ in range(asked)]


def test_the_same_seed_lets_the_same_requests_fail() -> None:
    assert kinds_met(7, 0.3) == kinds_met(7, 0.3) != kinds_met(8, 0.3)
    assert 30 < sum(kind is not None for kind in kinds_met(7, 0.3)) < 90
    assert {*kinds_met(7, 1.0)} == {*SPRINKLED} <= {*ALL_KINDS}
    assert {*kinds_met(7, 0.0), Chance(None, 1.0).next()} == {None}


def test_what_fails_is_a_subset_of_what_fails_at_a_higher_rate() -> None:
    few, many = kinds_met(7, 0.1), kinds_met(7, 0.5)
    assert all(kind in (None, more) for kind, more in zip(few, many, strict=True))


def test_failures_by_chance_are_each_keys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "SPRINKLED_SECONDS", 0.01)

    def outcomes(server: Server, key: str) -> list[str]:
        found = []
        for _ in range(12):
            try:
                found.append(str(server.send("POST", CHAT, key, content=chat_body()).status_code))
            except httpx2.TransportError as error:
                found.append(type(error).__name__)
        return found

    with running(Settings(seed_failures=3, failure_rate=0.4)) as server:
        one, other = outcomes(server, "a"), outcomes(server, "b")
    assert one == other and len(set(one)) > 1
