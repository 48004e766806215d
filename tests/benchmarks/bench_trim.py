"""One trim of a history to 3,000 tokens: `trim_to_budget` beside an ideal pass and beside what other libraries do.

The ideal goes once from the end and tokenises only what it keeps, with tiktoken alone. All get the same messages and
count them by the same rule; the texts are new in every round, so that no memo helps, and turned into a library's own
messages before the clock starts. The rounds are interleaved, and each figure is the fastest of its rounds. A library
that counts the rest again for every message it drops is run on as many messages as it can trim in about 3 s.

    python tests/benchmarks/bench_trim.py
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from chat_memory import trim_to_budget
from chat_memory.tokens import PRIMING_TOKENS, Message
from conversations import chat, plain_tokens
from peers import Peer, installed
from timing import seconds

BUDGET = 3_000
SIZES = (100, 1_000, 10_000)
ROUNDS = {100: 60, 1_000: 40, 10_000: 20}
PEER_ROUNDS = 2
SECONDS = 3.0  # for one trim: longer ones are measured on a shorter history
LIMIT = 1.5  # times the ideal, at every size
FASTER = 100  # times, than LangChain with 10,000 messages

OURS, SEEN, IDEAL = "trim_to_budget", "  the same, all texts counted before", "ideal: one pass with tiktoken"


def ideal(history: list[Message], budget: int) -> list[Message]:
    """As many of the newest whole turns as fit, in one pass from the end."""
    used, start = PRIMING_TOKENS + plain_tokens(history[0]), len(history)
    for i in range(len(history) - 1, 0, -1):
        used += plain_tokens(history[i])
        if used > budget:
            break
        if history[i]["role"] == "user":
            start = i
    return [history[0], *history[start:]]


def milliseconds(trim: Callable[..., Any], *arguments: Any) -> float:
    """The time of one call."""
    return seconds(trim, *arguments) * 1_000


def measure_ours(size: int) -> dict[str, float]:
    """Ours, unseen and seen, and the ideal: each round with new texts, in turn first and last."""
    times: dict[str, list[float]] = defaultdict(list)
    for round in range(ROUNDS[size]):
        history = chat(size, seed=round)
        ideal(chat(100, seed=round), BUDGET)  # making the texts has driven the tokenizer out of the processor's caches
        if round % 2:
            times[IDEAL].append(milliseconds(ideal, history, BUDGET))
        times[OURS].append(milliseconds(trim_to_budget, history, BUDGET))
        times[SEEN].append(milliseconds(trim_to_budget, history, BUDGET))
        if round % 2 == 0:
            times[IDEAL].append(milliseconds(ideal, history, BUDGET))
        assert ideal(history, BUDGET) == trim_to_budget(history, BUDGET)
    return {name: min(taken) for name, taken in times.items()}


def measure_peer(peer: Peer) -> list[str]:
    """What the table shows for each size: milliseconds; with fewer messages or as an estimate where it is too slow."""
    shown, length, took = [], 0, 0.0
    for size in SIZES:
        bearable = int(length * (SECONDS * 1_000 / took) ** 0.5) // 100 * 100 if peer.quadratic and length else size
        if bearable <= length:
            shown.append(f"~{took * (size / length) ** 2:,.0f}")
            continue
        length = min(size, bearable)
        rounds = 1 if length > 100 and peer.quadratic else PEER_ROUNDS
        took = min(milliseconds(peer.load(chat(length, seed), plain_tokens).trim, BUDGET) for seed in range(rounds))
        shown.append(f"{took:.2f}" + (f" ({length})" if length < size else ""))
    return shown


def main() -> int:
    """Print the table. Returns 1 when ours is too slow beside the ideal, or beside LangChain."""
    print(f"{f'one trim to {BUDGET:,} tokens, in ms':<36}" + "".join(f"{size:>16,}" for size in SIZES) + " messages")
    ours = [measure_ours(size) for size in SIZES]
    for name in (OURS, SEEN, IDEAL):
        print(f"{name:<36}" + "".join(f"{result[name]:>16.2f}" for result in ours))
    langchain: list[float] = []
    for peer in installed("langchain-core", "haystack-ai", "llama-index-core", "pop and recount"):
        shown = measure_peer(peer)
        print(f"{peer.name:<36}" + "".join(f"{figure:>16}" for figure in shown))
        langchain += [float(shown[-1])] if peer.name.startswith("langchain") else []
    print("(in brackets: with so many messages; ~: not run, but estimated, as the time grows with the square)")

    ratio = max(result[OURS] / result[IDEAL] for result in ours)
    print(f"trim_to_budget takes at most {ratio:.2f} times the ideal (limit {LIMIT})")
    faster = min(langchain) / ours[-1][OURS] if langchain else None
    if faster is not None:
        print(f"with {SIZES[-1]:,} messages it is {faster:,.0f} times faster than LangChain (limit {FASTER})")
    return int(ratio > LIMIT or (faster is not None and faster < FASTER))


if __name__ == "__main__":
    sys.exit(main())
