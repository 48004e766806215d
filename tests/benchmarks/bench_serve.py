"""`serve`: requests a second on one core, by kind, and the memory of the server over 50,000 mixed requests.

The server is a process of its own. The client sends ready-made bytes over 8 connections and reads no more of an answer than
its length, so that it is not what is measured. A rate is that of the processor: requests by the seconds of it that the server
used, which other programs on the machine change little; the rate by the clock stands beside it. The mixed requests come from
four keys and leave behind what can be left: responses and their chains, conversations, prefixes in the cache, errors.

    python tests/benchmarks/bench_serve.py [REQUESTS]
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS, KEYS = 8, 4
EACH = 2_000  # requests of a kind
MIXED = 50_000
FULL = 0.5  # of the mixed requests: by then all that has a bound has reached it
GOAL = 200  # requests a second
MOST_GROWTH = 8.0  # MB, from there to the end
MODEL = {"model": "offline-model"}
TALK = [
    {"role": "system", "content": "You are a helpful travel assistant."},
    {"role": "user", "content": "I'm planning a trip to Japan."},
    {"role": "assistant", "content": "Japan, good. What would you like to know?"},
]


class Rate(NamedTuple):
    """Requests a second: of the server's processor, and by the clock."""

    processor: float
    clock: float


def request(path: str, body: dict[str, Any], key: int = 0) -> bytes:
    """A request as it goes over the wire."""
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: offline\r\nAuthorization: Bearer key-{key}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def message(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def chat(n: int, **more: Any) -> bytes:
    asked = [message(f"My name is Ana{n}, and I have {n} euros."), message("What is my name?")]
    return request("/v1/chat/completions", MODEL | {"messages": asked} | more, n % KEYS)


KINDS = {
    "chat, short": chat,
    "chat, streamed": lambda n: chat(n, stream=True),
    "chat, 4 messages": lambda n: request(
        "/v1/chat/completions", MODEL | {"messages": [*TALK, message(f"When should I visit? I have {n} days.")]}
    ),
    "chat, 1,000 tokens": lambda n: request(
        "/v1/chat/completions",
        MODEL | {"messages": [message(f"On day {n} we walked along the harbour. " * 100), message("What did we do?")]},
    ),
    "responses, kept": lambda n: request("/v1/responses", MODEL | {"input": f"My name is Ana{n}."}, n % KEYS),
    "embeddings": lambda n: request("/v1/embeddings", {"model": "offline-embedding", "input": f"I have {n} dogs."}),
    "refused": lambda n: request("/v1/chat/completions", MODEL | {"messages": []}),
}


class Client:
    """Some connections, each with one request on its way."""

    def __init__(self, port: int) -> None:
        self._selector = selectors.DefaultSelector()
        for _ in range(CONNECTIONS):
            wire = socket.create_connection(("127.0.0.1", port))
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(wire, selectors.EVENT_READ, bytearray())

    def send_all(self, requests: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Send them all; each with its answer, as they come."""
        waiting, sent = iter(requests), {}
        wires: list[Any] = [key.fileobj for key in self._selector.get_map().values()]
        for wire, content in zip(wires, waiting, strict=False):
            wire.sendall(content)
            sent[wire] = content
        while sent:
            for key, _ in self._selector.select():
                wire, came = key.fileobj, key.data
                came += wire.recv(262_144)
                if is_whole(came):
                    yield sent.pop(wire), bytes(came)
                    came.clear()
                    if content := next(waiting, b""):
                        wire.sendall(content)
                        sent[wire] = content


def is_whole(answer: bytearray) -> bool:
    """Whether an answer has come to its end."""
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = answer.find(b"Content-Length: ", 0, head)
    if at < 0:
        return answer.endswith(b"\r\n0\r\n\r\n")
    return len(answer) >= head + 4 + int(answer[at + 16 : answer.find(b"\r", at)])


def mixed(count: int, made: dict[int, str]) -> Iterator[bytes]:
    """Requests of every kind that leaves something behind. `made` has the id of each key's last response to go on from."""
    for n in range(count):
        key, kind = n % KEYS, n // KEYS % 8
        if kind == 0:
            yield chat(n)
        elif kind == 1:
            yield chat(n, stream=True)
        elif kind == 2:
            yield request("/v1/responses", MODEL | {"input": f"My name is Ana{n}."}, key)
        elif kind == 3:
            more = {"previous_response_id": made.get(key), "stream": n % 3 == 0}
            yield request("/v1/responses", MODEL | {"input": f"And {n}?"} | more, key)
        elif kind == 4:
            yield request("/v1/conversations", {"items": [message(f"I live in town {n}.")]}, key)
        elif kind == 5:
            text = f"{n}: on this day we walked along the harbour. " * 110
            yield request("/v1/chat/completions", MODEL | {"messages": [message(text)]}, key)
        elif kind == 6:
            yield request("/v1/responses", MODEL | {"input": f"Later, {n}.", "background": True}, key)
        else:
            yield request("/v1/embeddings", {"model": "offline-embedding", "input": f"I have {n} dogs."}, key)


def rates(client: Client, server: psutil.Process) -> dict[str, Rate]:
    """How many requests of each kind are answered in a second."""
    found = {}
    for name, make in KINDS.items():
        list(client.send_all(make(n) for n in range(50)))
        ready = [make(1_000 + n) for n in range(EACH)]
        clock, processor = time.perf_counter(), sum(server.cpu_times()[:2])
        answers = sum(1 for _ in client.send_all(ready))
        used = sum(server.cpu_times()[:2]) - processor
        found[name] = Rate(answers / used, answers / (time.perf_counter() - clock))
    return found


def memory(client: Client, server: psutil.Process, count: int) -> list[float]:
    """The memory of the server in MB: before, and after each tenth of so many mixed requests."""
    made: dict[int, str] = {}
    found = [server.memory_info().rss / 2**20]
    statuses: dict[bytes, int] = {}
    for n, (sent, answer) in enumerate(client.send_all(mixed(count, made)), start=1):
        statuses[answer[9:12]] = statuses.get(answer[9:12], 0) + 1
        if b"My name is Ana" in sent and (id := re.search(rb'"id":"(resp_[^"]+)"', answer)):
            made[int(sent.partition(b"Bearer key-")[2][:1])] = id[1].decode()
        if n % (count // 10) == 0:
            found.append(server.memory_info().rss / 2**20)
    print("answers by status:", ", ".join(f"{status.decode()} {n:,}" for status, n in sorted(statuses.items())))
    return found


def main(count: int = MIXED) -> int:
    """Print both tables. Returns 1 where a goal is missed."""
    command = [sys.executable, "-m", "mock_model.over_http", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            port = int(process.stdout.readline().rpartition(":")[2].split("/")[0])
            server, client = psutil.Process(process.pid), Client(port)
            empty = server.memory_info().rss / 2**20
            found = rates(client, server)
            print(f"{'requests a second':<24}{'of one core':>14}{'by the clock':>14}")
            for name, rate in found.items():
                print(f"{name:<24}{rate.processor:>14,.0f}{rate.clock:>14,.0f}")
            sizes = memory(client, server, count)
        finally:
            process.terminate()
    print(f"memory in MB: {empty:.0f} at the start; over {count:,} mixed requests:", *(f"{size:.0f}" for size in sizes))
    growth = sizes[-1] - sizes[int(len(sizes) * FULL)]
    print(f"growth over the second half: {growth:.1f} MB (limit {MOST_GROWTH:.0f}); goal {GOAL} requests a second")
    return int(growth > MOST_GROWTH or found["chat, short"].processor < GOAL)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
