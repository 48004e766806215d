"""What a run would cost with a model that is paid for, said before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable

import httpx2
import openai

from chat_memory.scoreboard import Result, Talk
from common import OFFLINE_MODEL, Price, offline_server
from mock_model.server import BASE_URL


def offline_client(talk: Talk) -> openai.OpenAI:
    """A client whose every request is answered by the offline model, whichever model it names: for an estimate."""
    server = offline_server(says=talk.says)

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if not isinstance(body, dict) or "model" not in body:
            return server.handle(request)
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        content = json.dumps(body | {"model": OFFLINE_MODEL}).encode()
        return server.handle(httpx2.Request(request.method, request.url, headers=headers, content=content))

    http_client = httpx2.Client(transport=httpx2.MockTransport(answer))
    return openai.OpenAI(api_key="offline", base_url=BASE_URL, max_retries=0, http_client=http_client)


def bill(results: Iterable[Result], price: Price, model: str) -> str:
    """What each strategy would cost, as the same talks have cost with the offline model, and all of them."""
    results = list(results)
    width = max(len("in all"), *(len(result.strategy) for result in results))
    lines = [f"{'strategy':<{width}}  {'requests':>8}  {'tokens in':>10}  {'out':>8}  {'dollars':>8}"]
    sums = [0, 0, 0, 0.0]
    for result in results:
        used = result.used + result.asking
        row = [used.calls, used.tokens_in, used.out, used.money(price)]
        sums = [one + other for one, other in zip(sums, row, strict=True)]
        lines.append(_row(result.strategy, width, row))
    return "\n".join(
        [
            f"What {model} would cost, estimated by the same talks with the offline model (real replies can be longer):\n",
            *lines,
            _row("in all", width, sums),
            f"\nPrices: {price.input:g} in, {price.cached:g} cached, {price.cache_write:g} written to the cache, "
            f"{price.output:g} out, in dollars per million tokens. (OPENAI_PRICE in .env says others.)",
        ]
    )


def dollars(results: Iterable[Result], price: Price) -> float:
    """What all of it costs, talks and questions."""
    return sum((result.used + result.asking).money(price) for result in results)


def _row(name: str, width: int, row: list[float]) -> str:
    calls, tokens_in, out, money = row
    return f"{name:<{width}}  {calls:>8,}  {tokens_in:>10,}  {out:>8,}  {money:>8.4f}"
