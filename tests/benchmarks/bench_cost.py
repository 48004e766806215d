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

from chat_memory import Usage, message_tokens
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
DRAWN = {
    "full history": "#c2410c",
    f"window of {WINDOW} turns": "#6b7280",
    "budget of 3,000 tokens": "#1d4ed8",
    "summary (ChatMemory)": "#047857",
}


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


def draw(bills: dict[str, Bill], path: Path) -> None:
    """Draw the prompt tokens so far, over the turns, each line with its name at its end."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "chat memory", "svg.fonttype": "none", "font.size": 11})
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.2), facecolor="white")
    ends = {name: bills[name].by_turn[-1] / 1e6 for name in DRAWN}
    gap, lowest = max(ends.values()) / 14, -1.0
    for name in sorted(DRAWN, key=ends.get):
        axes.plot(range(1, TURNS + 1), [tokens / 1e6 for tokens in bills[name].by_turn], color=DRAWN[name], lw=2)
        lowest = max(ends[name], lowest + gap)  # names of lines that end close together stand above each other
        label = f"{name}: {ends[name]:.2f}"
        axes.annotate(label, (TURNS, lowest), (6, 0), textcoords="offset points", va="center", color=DRAWN[name])
    axes.set(xlim=(0, TURNS), ylim=(0, None), xlabel="turns", ylabel="prompt tokens sent so far (millions)")
    axes.set_title("Prompt tokens of a conversation, by what its program resends", loc="left", fontsize=12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e5e7eb", lw=0.8)
    figure.savefig(path, bbox_inches="tight", facecolor="white", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    path.write_text("\n".join(line.rstrip() for line in path.read_text(encoding="utf-8").split("\n")), encoding="utf-8")


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
        draw(bills, IMAGE)
        print(f"drawn: {IMAGE.relative_to(Path.cwd()) if IMAGE.is_relative_to(Path.cwd()) else IMAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
