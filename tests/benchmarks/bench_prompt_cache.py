"""What a provider's prompt cache can read: the share of each prompt that is an identical beginning of the one before.

Counted in tokens and whole messages, over the requests of 300 turns, by the way in which they are made. Requests for
summaries are no turns: they are shown apart, as their share of all prompt tokens.

    python tests/benchmarks/bench_prompt_cache.py
"""

from __future__ import annotations

import itertools
import sys

from chat_memory import count_tokens, message_tokens
from peers import installed
from strategies import OURS, Request, Strategy, by_haystack, by_peer

TURNS = 300
LIMIT = 0.85  # for ChatMemory with its defaults
NEWEST = 60  # messages that a library without a memory of its own is shown: more than it can keep


def same_beginning(before: Request, after: Request) -> int:
    """The tokens of the messages that two requests begin with alike."""
    pairs = zip(before.messages, after.messages, strict=False)
    alike = itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)
    return sum(message_tokens(message) for message, _ in alike)


def shares(requests: list[Request]) -> tuple[float, float]:
    """The share of the turns' prompts that was sent before, and the share of all prompt tokens that summaries take."""
    turns = [request for request in requests if not request.is_summary]
    again = sum(same_beginning(before, after) for before, after in itertools.pairwise(turns))
    sent = sum(count_tokens(request.messages) for request in turns)
    summaries = sum(count_tokens(request.messages) for request in requests if request.is_summary)
    return again / sent, summaries / (sent + summaries)


def main() -> int:
    """Print the table. Returns 1 when too little of ChatMemory's prompts was sent before."""
    strategies: dict[str, Strategy] = dict(OURS)
    for peer in installed("langchain-core", "llama-index-core", "haystack-ai"):
        strategies[peer.name] = by_haystack(peer) if peer.name.startswith("haystack") else by_peer(peer, NEWEST)
    print(f"{TURNS} turns{'':<25}sent before   for summaries   prompt tokens a turn")
    found: dict[str, float] = {}
    for name, play in strategies.items():
        requests = play(TURNS)
        found[name], summaries = shares(requests)
        average = sum(count_tokens(request.messages) for request in requests) / TURNS
        print(f"{name:<36}{found[name]:>7.1%}{summaries:>16.1%}{average:>23,.0f}")
    print(f"ChatMemory: {found['ChatMemory']:.1%} of each prompt was sent before (limit: at least {LIMIT:.0%})")
    return int(found["ChatMemory"] < LIMIT)


if __name__ == "__main__":
    sys.exit(main())
