"""What trimming breaks: 80 budgets and three conversations, and the share of requests that are wrong, and how.

The conversations are plain, with tools (parallel calls too), and one long tool loop; the budgets go from too small for
the question to the whole history. Ours is also given every budget up to 300 tokens: where it raises BudgetError, all sets
of messages that a request could be made of are tried, to see that none would do.

    python tests/benchmarks/bench_correctness.py
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterable

from chat_memory import BudgetError, count_tokens, message_tokens, trim_to_budget
from chat_memory.tokens import Message
from conversations import chat, chat_with_tools, tool_loop
from peers import Peer, installed

BUDGETS = 80
SMALL = range(1, 301)  # tokens
SUBSETS_OF = 8  # messages: for a refusal, all subsets of the instructions, the question and the newest messages
FAULTS = ("over budget", "reply first", "orphan result", "open call", "no system", "no question", "empty", "refused")

Trim = Callable[[list[Message], int], list[Message]]


def faults(kept: list[Message], history: list[Message], budget: int) -> set[str]:
    """What is wrong with a request that was made of a history."""
    spoken = [message for message in kept if message["role"] != "system"]
    question = max(i for i, message in enumerate(history) if message["role"] == "user")
    found = {
        "over budget": count_tokens(kept) > budget,
        "reply first": bool(spoken) and spoken[0]["role"] in ("assistant", "tool"),
        "no system": history[0] not in kept,
        "no question": history[question] not in kept,
        "empty": not spoken,
    }
    open_calls: set[str] = set()
    for message in [*kept, {"role": "end"}]:
        if message["role"] != "tool":
            found["open call"] = found.get("open call", False) or bool(open_calls)
            open_calls = {call["id"] for call in message.get("tool_calls", ())}
        elif message["tool_call_id"] in open_calls:
            open_calls.remove(message["tool_call_id"])
        else:
            found["orphan result"] = True
    return {fault for fault, is_so in found.items() if is_so}


def is_possible(history: list[Message], budget: int) -> bool:
    """Whether any request without a fault can be made of the instructions, the newest question and what is newest."""
    question = max(i for i, message in enumerate(history) if message["role"] == "user")
    places = sorted({0, question, *range(max(0, len(history) - SUBSETS_OF + 2), len(history))})
    return any(
        not faults([history[i] for i in some], history, budget)
        for size in range(1, len(places) + 1)
        for some in itertools.combinations(places, size)
    )


def budgets(history: list[Message]) -> list[int]:
    """Budgets from 20 tokens to all of the history, in even steps."""
    most = count_tokens(history)
    return [20 + (most - 20) * i // (BUDGETS - 1) for i in range(BUDGETS)]


def through(peer: Peer) -> Trim:
    """A peer as a function from plain messages to plain messages."""

    def trim(history: list[Message], budget: int) -> list[Message]:
        loaded = peer.load(history, message_tokens)
        return loaded.messages(loaded.trim(budget))

    return trim


def sweep(trim: Trim, conversations: list[list[Message]], chosen: Iterable[int] = ()) -> Counter[str]:
    """How often each fault occurred; "wrong" is how many requests had one."""
    seen: Counter[str] = Counter()
    for history in conversations:
        for budget in chosen or budgets(history):
            try:
                found = faults(trim(history, budget), history, budget)
            except (ValueError, BudgetError):
                seen["said impossible"] += 1
                found = {"refused"} if is_possible(history, budget) else set()
            seen.update(found)
            seen["wrong"] += bool(found)
    return seen


def main() -> int:
    """Print the table. Returns 1 when a request of ours had a fault."""
    conversations = [chat(80), chat_with_tools(24), tool_loop(30)]
    cases = BUDGETS * len(conversations)
    contestants: dict[str, Trim] = {"trim_to_budget": trim_to_budget}
    names = ("langchain-core", "langmem", "llama-index-core", "haystack-ai", "autogen-core", "pop and recount")
    contestants |= {peer.name: through(peer) for peer in installed(*names)}
    print(f"share of {cases} requests ({BUDGETS} budgets, {len(conversations)} conversations) that are wrong, and how")
    print(f"{'':<36}{'wrong':>7}  " + "  ".join(f"{fault:>{len(fault)}}" for fault in FAULTS))
    ours = impossible = 0
    for name, trim in contestants.items():
        seen = sweep(trim, conversations)
        shares = "  ".join(f"{seen[fault] / cases:>{len(fault)}.0%}" for fault in FAULTS)
        print(f"{name:<36}{seen['wrong'] / cases:>7.1%}  {shares}")
        if name == "trim_to_budget":
            ours, impossible = seen["wrong"], seen["said impossible"]
    print(f"(for {impossible} of them no request is possible: only an error is right there)")
    small = sweep(trim_to_budget, conversations, SMALL)
    cases = len(SMALL) * len(conversations)
    print(f"trim_to_budget: limit 0. With budgets of 1 to {SMALL[-1]} tokens {small['wrong']} of {cases} are wrong;")
    print(f"{small['said impossible']} times it says that no request is possible, {small['refused']} times wrongly.")
    return int(ours + small["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
