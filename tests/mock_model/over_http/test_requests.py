"""Whatever is sent is answered: other methods, broken bodies, too large ones, pages of browsers, and what is no HTTP at all."""

from __future__ import annotations

import gzip
import socket
import time

import pytest

from mock_model.over_http import handling

from .conftest import CHAT, Server, chat_body


def error_of(answer: object) -> str:
    return answer.json()["error"]["message"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b'{"model": 1e999}', b"[" * 100_000, b"null"])
def test_a_broken_body_is_refused(server: Server, body: bytes) -> None:
    answer = server.send("POST", CHAT, content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert error_of(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CHAT, 405),
        ("PUT", CHAT, 405),
        ("HEAD", CHAT, 405),
        ("HEAD", "/v1/models", 200),
        ("DELETE", "/v1/models", 405),
        ("PATCH", "/v1/responses", 405),
        ("GET", "/", 404),
        ("POST", "/v1/v1/chat/completions", 404),
        ("GET", "/v1/models/nobody", 404),
        ("GET", "/v1/%ff%00", 404),
        ("BREW", CHAT, 405),
    ],
)
def test_another_method_or_path_is_refused(server: Server, method: str, path: str, status: int) -> None:
    answer = server.send(method, path)
    assert answer.status_code == status
    assert answer.content == b"" if method == "HEAD" else method in error_of(answer) or "nobody" in error_of(answer)


def test_a_body_in_chunks(server: Server) -> None:
    body = chat_body("My name is Ana. What is my name?")
    assert "Ana" in server.send("POST", CHAT, content=iter([body[:5], body[5:60], body[60:]])).text


def test_several_requests_on_one_connection(server: Server) -> None:
    second = (
        f"POST {CHAT} HTTP/1.1\r\nContent-Length: {len(chat_body())}\r\nAuthorization: Bearer ana\r\nConnection: close"
    )
    first = "GET /health HTTP/1.1\nContent-Length: 0"
    answers = server.raw(first, second.encode() + b"\r\nHost: a\r\n\r\n" + chat_body(), end=False)
    assert answers.count(b"HTTP/1.1 200 OK") == 2


def test_an_old_client_that_knows_no_chunks(server: Server) -> None:
    body = chat_body(stream=True)
    answer = server.raw(f"POST {CHAT} HTTP/1.0\nContent-Length: {len(body)}", body, end=False)
    assert b"chunked" not in answer and answer.endswith(b"data: [DONE]\n\n")


def test_a_packed_body_is_refused_in_words(server: Server) -> None:
    answer = server.send("POST", CHAT, content=gzip.compress(chat_body()), headers={"content-encoding": "gzip"})
    assert answer.status_code == 415 and "Content-Encoding: gzip" in error_of(answer)


def test_a_coding_that_is_none_may_be_written_in_any_way(server: Server) -> None:
    assert server.send("POST", CHAT, content=chat_body(), headers={"content-encoding": "Identity"}).status_code == 200


def test_the_bare_address_says_where_to_go(server: Server) -> None:
    for key in ("", "ana"):
        answer = server.send("GET", "/", key)
        assert answer.status_code == 404 and "below /v1; GET /offline/" in error_of(answer)


def test_a_body_that_is_too_large_is_refused_and_the_server_lives(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "LARGEST", 2**20)
    for body in (b"x" * (2**20 + 1), (b"x" * 2**19 for _ in range(3))):  # with its length said, and without
        answer = server.send("POST", CHAT, content=body)
        assert answer.status_code == 413 and "larger than" in error_of(answer)
    assert server.send("POST", CHAT, content=b" " * (2**20 - 2) + b"[]").status_code == 400  # it was read


def test_a_body_beyond_all_measure_is_not_waited_for(server: Server) -> None:
    answer = server.raw(f"POST {CHAT} HTTP/1.1\nContent-Length: {10**15}\nExpect: 100-continue")
    assert answer.startswith(b"HTTP/1.1 413 ") and b"100 (Continue)" not in answer


@pytest.mark.parametrize("length", ["abc", "-1", "1,2"])
def test_a_length_that_is_none(server: Server, length: str) -> None:
    assert server.raw(f"POST {CHAT} HTTP/1.1\nContent-Length: {length}", b"{}").startswith(b"HTTP/1.1 400 ")


def test_what_is_no_request_at_all_is_let_go(server: Server) -> None:
    assert server.raw("no request at all").startswith(b"HTTP/1.1 400 ")
    server.raw(f"GET /{'x' * 100_000} HTTP/1.1")
    assert server.send("GET", "/health").status_code == 200


def test_a_client_that_goes_before_it_has_said_all_leaves_nothing(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        wire.sendall(f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nabc".encode())
        time.sleep(0.05)
    assert server.requests_in_work() == 0
    assert server.send("GET", "/health").status_code == 200


def test_a_message_of_50_000_tokens(server: Server) -> None:
    answer = server.send("POST", CHAT, content=chat_body("harbour " * 50_000), timeout=60).json()
    assert answer["usage"]["prompt_tokens"] > 50_000


STAINLESS = "authorization,content-type,openai-organization,x-stainless-lang,x-stainless-os,x-stainless-retry-count"


def test_a_browser_may_ask_from_any_page(server: Server) -> None:
    page = {"origin": "http://localhost:3000"}
    asked = {"access-control-request-method": "POST", "access-control-request-headers": STAINLESS}
    before = server.send("OPTIONS", CHAT, key="", headers=page | asked)
    assert before.status_code == 204
    assert before.headers["access-control-allow-headers"] == STAINLESS
    assert {"GET", "POST", "DELETE"} <= set(before.headers["access-control-allow-methods"].split(", "))
    for key in ("ana", ""):  # an error can be read too
        answer = server.send("POST", CHAT, key, content=chat_body(), headers=page)
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/offline/requests", "/v1/offline/requests"])
@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("http://localhost:3000", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8080", True),
        ("http://app.localhost:3000", True),
        ("https://evil.example", False),
        ("https://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://[", False),
        ("null", False),
    ],
)
def test_only_a_page_of_this_machine_may_ask_what_was_sent(server: Server, path: str, origin: str, may: bool) -> None:
    asked = {"access-control-request-method": "GET", "access-control-request-private-network": "true"}
    for method, headers in (("OPTIONS", asked), ("GET", {}), ("POST", {})):  # POST: an error
        answer = server.send(method, path, headers={"origin": origin, **headers})
        opened = {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}
        assert opened.get("access-control-allow-origin") == (origin if may else None)
        assert bool(opened) is may and answer.headers["vary"] == "Origin"
