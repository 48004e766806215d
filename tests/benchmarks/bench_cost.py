"""What a conversation of 200 turns costs, in tokens and in money, by the way in which its requests are made.

Four ways: the full history, a sliding window of 6 turns, a budget of 3,000 tokens (and the same with a lower mark), and
ChatMemory, whose requests for summaries are counted in. The bill is shown without and with a prompt cache, which works
as in `mock_model.api.caching`: from 1,024 tokens, with its writes to be paid. Prices are those of `common`: gpt-6-luna's,
unless .env has others. There is no limit to meet: these are figures to choose by.

    python tests/benchmarks/bench_cost.py           prints the table
    python tests/benchmarks/bench_cost.py --draw    also draws lessons/images/cost_of_memory.svg
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from chat_memory import Usage, line_chart, message_tokens
from chat_memory.chart import LineChart
from chat_memory.tokens import PRIMING_TOKENS
from common import OPENAI_DEFAULT, PRICE
from conversations import ENCODING
from mock_model.api.caching import PromptCache
from mock_model.api.catalogue import MODELS
from mock_model.api.prefixes import prompt_keys
from strategies import OURS, WINDOW, Request

TURNS = 200
IMAGE = Path(__file__).resolve().parents[2] / "lessons" / "images" / "cost_of_memory.svg"
STRATEGIES = {  # as the table and the chart call them
    "full history": "full history",
    f"window of {WINDOW} turns": f"sliding_window, {WINDOW} turns",
    "budget of 3,000 tokens": "trim_to_budget of all",
    "  the same, cut to 2,000": "trim_to_budget with cut_to",
    "summary (ChatMemory)": "ChatMemory",
}
DRAWN = ("full history", f"window of {WINDOW} turns", "budget of 3,000 tokens", "summary (ChatMemory)")


@dataclass
class Bill:
    """What all requests of a conversation took, without a prompt cache and with one."""

    plain: Usage
    cached: Usage
    by_turn: list[int]  # prompt tokens so far, after each turn


def bill(requests: list[Request]) -> Bill:
    """Count the requests, and look each up in a prompt cache of their own."""
    plain, cached, by_turn, cache = Usage(), Usage(), [], PromptCache()
    model = MODELS[OPENAI_DEFAULT]
    for request in requests:
        lengths = list(accumulate(message_tokens(message) for message in request.messages))
        body = {"model": model.name, "messages": request.messages}
        use = cache.use(model, body, prompt_keys(body), lengths)
        for usage in (plain, cached):
            usage.requests += 1
            usage.prompt_tokens += lengths[-1] + PRIMING_TOKENS
            usage.completion_tokens += len(ENCODING.encode_ordinary(request.reply))
        cached.cached_tokens += use.read
        cached.cache_write_tokens += use.written or 0
        if not request.is_summary:
            by_turn.append(plain.prompt_tokens)
    return Bill(plain, cached, by_turn)


def drawing(bills: dict[str, Bill]) -> LineChart:
    """The prompt tokens so far, over the turns, the dearest first."""
    lines = {name: bills[name].by_turn for name in DRAWN}
    lines = dict(sorted(lines.items(), key=lambda line: -line[1][-1]))
    return line_chart(
        lines, x="turn", y="prompt tokens sent so far", title=f"What a conversation of {TURNS} turns sends"
    )


def main(arguments: list[str]) -> int:
    """Print the table; with `--draw`, make the chart as well."""
    if arguments not in ([], ["--draw"]):
        sys.exit("bench_cost.py knows one argument, --draw.")
    bills = {name: bill(OURS[strategy](TURNS)) for name, strategy in STRATEGIES.items()}
    print(f"{TURNS} turns{'':<17}requests  prompt tokens  reply tokens  cents  read from cache  written  cents with it")
    for name, each in bills.items():
        plain, cached = each.plain, each.cached
        print(
            f"{name:<26}{plain.requests:>8}{plain.prompt_tokens:>15,}{plain.completion_tokens:>14,}"
            f"{PRICE.of(plain) * 100:>7.2f}{cached.cached_tokens:>17,}{cached.cache_write_tokens:>9,}"
            f"{PRICE.of(cached) * 100:>15.2f}"
        )
    print(
        f"(in dollars per million tokens: {PRICE.input} in, {PRICE.cached} from the cache, {PRICE.cache_write} "
        f"written to it, {PRICE.output} out)"
    )
    if arguments:
        IMAGE.write_text(drawing(bills).svg + "\n", encoding="utf-8", newline="\n")
        print(f"drawn: {IMAGE.relative_to(Path.cwd()) if IMAGE.is_relative_to(Path.cwd()) else IMAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
