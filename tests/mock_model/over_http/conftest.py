"""A server on a port of its own, in a thread of the test's process, and what tests need to talk with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from mock_model.over_http.application import application
from mock_model.over_http.handling import State
from mock_model.over_http.users import Settings, Users

HELLO = [{"role": "user", "content": "My name is Ana. What is my name?"}]
CHAT = "/v1/chat/completions"


class Server:
    """A running server: its address, and what it shares between requests."""

    def __init__(self, state: State, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.state, self.port, self.address, self.loop = state, port, f"http://127.0.0.1:{port}", loop
        self.http = httpx2.Client(trust_env=False, verify=False)  # no certificates to read: it takes long

    def client(self, key: str = "ana", timeout: float = 10, **options: Any) -> openai.OpenAI:
        """A client with this key, without retries."""
        return openai.OpenAI(
            base_url=f"{self.address}/v1",
            api_key=key,
            http_client=self.http,
            **{"max_retries": 0, "timeout": timeout, **options},
        )

    def send(self, method: str, path: str, key: str = "ana", **options: Any) -> httpx2.Response:
        """Send a request; with a key where it is not empty."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        headers |= options.pop("headers", {})
        return self.http.request(method, self.address + path, headers=headers, **options)

    def control(self, path: str, key: str = "ana", **asked: Any) -> dict[str, Any]:
        """Ask for something under /offline/, which must be granted."""
        answer = self.send("POST", f"/offline/{path}", key, json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def requests_in_work(self, patience: float = 5) -> int:
        """How many requests are not done with; those whose client has gone have `patience` seconds to notice."""

        async def count() -> int:
            return sum("_execute" in repr(task) for task in asyncio.all_tasks())

        end = time.monotonic() + patience
        while (found := asyncio.run_coroutine_threadsafe(count(), self.loop).result(10)) and time.monotonic() < end:
            time.sleep(0.02)
        return found

    def raw(self, head: str, body: bytes = b"", end: bool = True) -> bytes:
        """What comes for a request that is written by hand, until the server closes the connection."""
        lines = [
            *head.strip().split("\n"),
            "Host: offline",
            "Authorization: Bearer ana",
            *(["Connection: close"] * end),
        ]
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as wire:
            wire.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            return b"".join(iter(lambda: wire.recv(65_536), b""))


def ask(client: openai.OpenAI, content: str = "My name is Ana. What is my name?", **options: Any) -> Any:
    """Ask the offline model in one message."""
    messages = [{"role": "user", "content": content}]
    return client.chat.completions.create(**{"model": "offline-model", "messages": messages, **options})


def chat_body(content: str = "Hello", **more: Any) -> bytes:
    """The body of a request for a chat completion."""
    return json.dumps({"model": "offline-model", "messages": [{"role": "user", "content": content}], **more}).encode()


@contextlib.contextmanager
def running(settings: Settings | None = None, **options: Any) -> Iterator[Server]:
    """Run a server until the block ends. Every connection is closed then, and no task is left."""
    state = State(Users(settings or Settings(), options.pop("api_key", None)), **options)
    sockets = bind_sockets(0, "127.0.0.1")
    ready, ended = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        server = HTTPServer(application(state), max_body_size=2**50)
        server.add_sockets(sockets)
        ready.set()
        await ended.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield Server(state, sockets[0].getsockname()[1], loops[0])
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests: each takes a key of its own where it leaves something behind."""
    with running(tell=lambda *line: None) as server:
        yield server
