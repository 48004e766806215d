"""The bookkeeping of one turn in a long conversation: `ChatMemory` and `trim_to_budget` beside an ideal running total.

A turn is: take the question in, make the request, take the reply in; a stub answers, and its own cost is shown. The
ideal keeps a deque of turns with their counts and tokenises each new message once. Measured on conversations that are
100 and 10,000 turns old, in batches of turns that alternate between all of them, with new texts; each figure is the
lower quartile of the batches. Libraries that look at the whole history each time are measured on fewer turns.

    python tests/benchmarks/bench_kept_history.py
"""

from __future__ import annotations

import itertools
import statistics
import sys
from collections import deque
from collections.abc import Callable, Iterator

from openai.types.chat import ChatCompletion

from chat_memory import ChatMemory, trim_to_budget
from chat_memory.tokens import PRIMING_TOKENS
from conversations import SYSTEM, chat, exchanges, plain_tokens
from peers import Peer, installed
from stub_client import StubClient, completion
from timing import seconds

BUDGET, REPLY = 3_000, 500  # tokens: the defaults of ChatMemory
LOWER_MARK = 2_000
AGES = (100, 10_000)  # turns
BATCH, BATCHES = 20, 30  # turns measured at a time, and how many times
PEER_AGES = (100, 1_000)
FLAT = 1.3  # times the cost of a turn at 100 turns, at 10,000
LIMIT = 3.0  # times the ideal, for ChatMemory
SUMMARY = "The traveller plans five days by the harbour, on a budget, with a sister who is allergic to peanuts. " * 9

Exchange = tuple[str, ChatCompletion]
Turn = Callable[[str, ChatCompletion], None]


def chat_memory() -> Turn:
    """`ChatMemory` with its defaults; old turns are folded into a summary, which the stub writes."""
    client = StubClient(SUMMARY)
    memory = ChatMemory(client, SYSTEM["content"])

    def turn(question: str, answer: ChatCompletion) -> None:
        client.expect(question, answer)
        memory.ask(question)

    return turn


def append_and_trim() -> Turn:
    """The whole history kept in a list, and trimmed for each request."""
    client, history = StubClient(SUMMARY), [SYSTEM]

    def turn(question: str, answer: ChatCompletion) -> None:
        history.append({"role": "user", "content": question})
        client.expect(question, answer)
        request = trim_to_budget(history, BUDGET, reply_tokens=REPLY)
        given = client.create(model="stub", messages=request)
        history.append({"role": "assistant", "content": given.choices[0].message.content})

    return turn


def trim_and_keep() -> Turn:
    """What was trimmed is what is kept, with a lower mark."""
    client, history = StubClient(SUMMARY), [SYSTEM]

    def turn(question: str, answer: ChatCompletion) -> None:
        nonlocal history
        history.append({"role": "user", "content": question})
        client.expect(question, answer)
        history = trim_to_budget(history, BUDGET, reply_tokens=REPLY, cut_to=LOWER_MARK)
        given = client.create(model="stub", messages=history)
        history.append({"role": "assistant", "content": given.choices[0].message.content})

    return turn


def running_total() -> Turn:
    """The ideal: the turns that fit, with their tokens and the sum of these."""
    client, turns = StubClient(SUMMARY), deque()
    fixed = PRIMING_TOKENS + plain_tokens(SYSTEM) + REPLY
    total = 0

    def turn(question: str, answer: ChatCompletion) -> None:
        nonlocal total
        asked = {"role": "user", "content": question}
        tokens = plain_tokens(asked)
        while fixed + total + tokens > BUDGET:
            total -= turns.popleft()[2]
        client.expect(question, answer)
        request = [SYSTEM]
        for before in turns:
            request += before[:2]
        given = client.create(model="stub", messages=[*request, asked])
        said = {"role": "assistant", "content": given.choices[0].message.content}
        tokens += plain_tokens(said)
        turns.append((asked, said, tokens))
        total += tokens

    return turn


def stub_alone() -> Turn:
    """What of the time is the stub's."""
    client = StubClient(SUMMARY)

    def turn(question: str, answer: ChatCompletion) -> None:
        client.expect(question, answer)
        client.create(model="stub", messages=[{"role": "user", "content": question}])

    return turn


CONTESTANTS: dict[str, Callable[[], Turn]] = {
    "ChatMemory.ask": chat_memory,
    "append, trim_to_budget, cut_to": trim_and_keep,
    "append, trim_to_budget of all": append_and_trim,
    "ideal: a running total": running_total,
    "the stub alone": stub_alone,
}


def batch(source: Iterator[tuple[str, str]], length: int) -> list[Exchange]:
    """New exchanges, the replies as a client returns them."""
    return [(question, completion(reply)) for question, reply in itertools.islice(source, length)]


def microseconds(turn: Turn, exchanged: list[Exchange]) -> float:
    """The time of a turn, averaged over a batch."""

    def take_turns() -> None:
        for question, answer in exchanged:
            turn(question, answer)

    return seconds(take_turns) / len(exchanged) * 1e6


def compare() -> dict[str, list[float]]:
    """Microseconds per turn, for each contestant at each age."""
    source = exchanges()
    runners = {(name, age): make() for age in AGES for name, make in CONTESTANTS.items()}
    for age in AGES:
        for _ in range(age // BATCH):
            exchanged = batch(source, BATCH)
            for name in CONTESTANTS:
                for question, answer in exchanged:
                    runners[name, age](question, answer)
    times: dict[tuple[str, int], list[float]] = {runner: [] for runner in runners}
    for number in range(BATCHES):
        for runner in sorted(runners, reverse=number % 2 == 1):
            times[runner].append(microseconds(runners[runner], batch(source, BATCH)))
    return {name: [statistics.quantiles(times[name, age])[0] for age in AGES] for name in CONTESTANTS}


def peer_microseconds(peer: Peer, age: int) -> float:
    """A turn of a peer: its own trim, on a history of this age; the best of two."""
    histories = (peer.load(chat(2 * age, seed), plain_tokens) for seed in range(2))
    return min(seconds(loaded.trim, BUDGET - REPLY) for loaded in histories) * 1e6


def main() -> int:
    """Print the tables. Returns 1 when a turn of ours costs more as the history grows, or too much beside the ideal."""
    print("one turn, in microseconds           " + "".join(f"{age:>10,}" for age in AGES) + " turns old   ratio")
    result = compare()
    for name, (young, old) in result.items():
        print(f"{name:<36}{young:>10.1f}{old:>10.1f}{old / young:>18.2f}")
    print("\none trim of a peer, which it does every turn" + "".join(f"{age:>10,}" for age in PEER_AGES) + " turns old")
    for peer in installed("langchain-core", "haystack-ai", "llama-index-core"):
        ages = PEER_AGES[:1] if peer.quadratic else PEER_AGES
        print(f"{peer.name:<44}" + "".join(f"{peer_microseconds(peer, age):>10,.0f}" for age in ages))
    ours = list(CONTESTANTS)[:3]
    grows = {name: result[name][1] / result[name][0] for name in ours}
    stub = result["the stub alone"]
    ratio = max(
        (result["ChatMemory.ask"][i] - stub[i]) / (result["ideal: a running total"][i] - stub[i]) for i in (0, 1)
    )
    print(f"a turn of ours costs at most {max(grows.values()):.2f} times as much at 10,000 turns (limit {FLAT})")
    print(f"the bookkeeping of ChatMemory costs {ratio:.2f} times the ideal's (limit {LIMIT})")
    return int(max(grows.values()) > FLAT or ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
