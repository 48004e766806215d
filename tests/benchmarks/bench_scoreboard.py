"""What memories recall and what that costs: the strategies of the scoreboard, and the memories of other libraries.

All of them are put through the same generated talks, asked the same questions, and answered by the offline model. They get
the same budget. Libraries that only trim send what they keep of the whole history; langmem and LlamaIndex also summarise.

    python tests/benchmarks/bench_scoreboard.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from typing import Any

from chat_memory import message_tokens
from chat_memory.scoreboard import STRATEGIES, Board, Strategy, by_kind, compare, own, table, talks
from chat_memory.scoreboard.resending import Resending
from chat_memory.tokens import Message
from common import OFFLINE_MODEL, PRICE, offline_server
from peers import Peer, installed
from summarising_peers import SUMMARISING

SEED, TURNS = 14, 80
MAX_TOKENS = 2_400  # for a request and its reply
FOR_THE_REPLY = MAX_TOKENS // 6  # as the scoreboard's own budget leaves it
TRIMMING = ("langchain-core", "llama-index-core", "haystack-ai", "autogen-core")
DEFAULTS = "defaults"  # settings that no documentation recommends: they drop the instructions


def trimming(peer: Peer) -> Strategy:
    """A library's own trim of the whole history, for each request."""

    def choose(history: list[Message]) -> list[Message]:
        loaded = peer.load(history, message_tokens)
        return loaded.messages(loaded.trim(MAX_TOKENS - FOR_THE_REPLY))

    def make(client: Any, *, system: str, max_tokens: int, model: str, tools: Any) -> Resending:
        return Resending(client, choose, system=system, model=model)

    return Strategy(peer.name, make, takes_tools=False)


def summarising(package: str, make: Callable[[], Callable[..., Any]]) -> Strategy:
    """A library's memory that summarises with the model."""
    memory = make()

    def factory(client: Any, system: str, max_tokens: int) -> Any:
        return memory(client, system, max_tokens - FOR_THE_REPLY)

    return own(f"{package} {version(package)}, summary", factory)


def peers() -> list[Strategy]:
    """The memories of the libraries that are installed."""
    found = [trimming(peer) for peer in installed(*TRIMMING) if not peer.name.endswith(DEFAULTS)]
    for package, make in SUMMARISING.items():
        with suppress(ImportError):
            found.append(summarising(package, make))
    return found


def main() -> int:
    """Print the table. Returns 1 when something went wrong in one of ours."""
    given = talks(SEED, number=1, turns=TURNS)
    results = []
    for strategy in (*STRATEGIES, *peers()):
        board = compare(
            given,
            lambda talk: offline_server(says=talk.says).client(),
            strategies=[strategy],
            model=OFFLINE_MODEL,
            max_tokens=MAX_TOKENS,
        )
        results.append(board.results[0])
    board = Board(tuple(results), OFFLINE_MODEL, MAX_TOKENS, len(given))
    print(f"{table(board, PRICE)}\n\n{by_kind(board, PRICE)}")
    return int(any(board[strategy.name].errors for strategy in STRATEGIES))


if __name__ == "__main__":
    sys.exit(main())
