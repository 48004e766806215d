"""What the offline model costs: a call through the client, beside the same call answered by a fixed body.

Both sides use the same client class and send the same request; the fixed side returns the offline model's own answer,
stored beforehand, so that the difference is the work of the server. The rounds are interleaved, and the ratio is that
of the medians. Then the memory of 10,000 calls, each with a new question.

    python tests/benchmarks/bench_mock_model.py
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
import tracemalloc

import httpx2
import openai

import mock_model

LIMIT = 1.2  # times the call with a fixed body
ROUNDS = {3: 60, 150: 30}
CALLS_PER_ROUND = {3: 20, 150: 4}
MEMORY_CALLS = 10_000
MEMORY_LIMIT = 1_000_000  # bytes from the middle of the calls to the end


def conversation(length: int) -> list[dict[str, str]]:
    """A chat of `length` messages of ordinary size, ending with a question."""
    messages = [{"role": "system", "content": "You are a helpful travel assistant. Answer in one short paragraph."}]
    for turn in range(length - 2):
        if turn % 2 == 0:
            text = f"On day {turn} I would like to see the old town, the harbour and museum number {turn}."
            messages.append({"role": "user", "content": text})
        else:
            text = f"Start early: museum number {turn - 1} opens at nine, and the harbour is ten minutes from there."
            messages.append({"role": "assistant", "content": text})
    return [*messages, {"role": "user", "content": "What should I see on the first day?"}]


def fixed_client(body: bytes) -> openai.OpenAI:
    """A client whose every request gets this body."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "application/json"}, content=body)

    http_client = httpx2.Client(transport=httpx2.MockTransport(answer))
    return openai.OpenAI(api_key="offline", base_url="http://fixed.invalid/v1", max_retries=0, http_client=http_client)


def milliseconds_per_call(client: openai.OpenAI, messages: list[dict[str, str]], calls: int) -> float:
    """The time of one call, averaged over a few."""
    start = time.perf_counter()
    for _ in range(calls):
        client.chat.completions.create(model="offline-model", messages=messages)
    return (time.perf_counter() - start) / calls * 1_000


def compare(length: int) -> tuple[float, float]:
    """Milliseconds per call: with a fixed body, with the offline model."""
    messages = conversation(length)
    mock = mock_model.get_mock_client()
    raw = mock.chat.completions.with_raw_response.create(model="offline-model", messages=messages)
    sides = {"fixed": fixed_client(raw.http_response.content), "mock": mock}
    times: dict[str, list[float]] = {name: [] for name in sides}
    for round in range(ROUNDS[length] + 3):
        for name in sorted(sides, reverse=round % 2 == 1):
            took = milliseconds_per_call(sides[name], messages, CALLS_PER_ROUND[length])
            if round >= 3:  # the first rounds warm up
                times[name].append(took)
    return statistics.median(times["fixed"]), statistics.median(times["mock"])


def memory_growth() -> int:
    """Bytes that the second half of the calls leaves behind."""
    client = mock_model.get_mock_client()
    messages = conversation(3)
    tracemalloc.start()
    for call in range(MEMORY_CALLS):
        if call == MEMORY_CALLS // 2:
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
        messages[-1] = {"role": "user", "content": f"What should I see on day {call}?"}
        client.chat.completions.create(model="offline-model", messages=messages)
    gc.collect()
    growth = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return growth


def main() -> int:
    """Print the table. Returns 1 when a ratio or the memory is over its limit."""
    print(f"{'messages':>8}  {'fixed body':>10}  {'offline model':>13}  {'ratio':>5}   (limit {LIMIT})")
    over = False
    for length in ROUNDS:
        fixed, mock = compare(length)
        print(f"{length:>8}  {fixed:>7.2f} ms  {mock:>10.2f} ms  {mock / fixed:>5.2f}")
        over = over or mock / fixed > LIMIT
    growth = memory_growth()
    print(f"memory over the last {MEMORY_CALLS // 2:,} of {MEMORY_CALLS:,} calls: {growth / 1_000:+,.0f} kB")
    return int(over or growth > MEMORY_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
