"""The bookkeeping of one turn in a long conversation: `ChatMemory` and `trim_to_budget` beside an ideal running total.

A turn is: take the question in, make the request, take the reply in; a stub answers, and its own cost is shown. With
tools it has two requests: the model calls a function, and replies to its result. The ideal does the same job with nothing
to spare: a deque of turns with their counts, each new message tokenised once; messages are sent as copies, and what does
not fit goes into a summary down to the same mark. One that drops it instead is shown too. Measured on conversations that are
100 and 10,000 turns old, in batches of turns that alternate between all of them, with new texts; each figure is the
lower quartile of the batches. Libraries that look at the whole history each time are measured on fewer turns.

    python tests/benchmarks/bench_kept_history.py
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
from collections import deque
from collections.abc import Callable, Iterator

from openai.types.chat import ChatCompletion

from chat_memory import ChatMemory, message_tokens, trim_to_budget
from chat_memory.layout import LOWER_MARK as LOWER_SHARE
from chat_memory.layout import RECAP
from chat_memory.tokens import PRIMING_TOKENS, Message, tool_tokens
from chat_memory.tools import Tool
from conversations import SYSTEM, chat, exchanges, plain_tokens
from peers import Peer, installed
from stub_client import StubClient, completion
from timing import seconds

BUDGET, REPLY = 3_000, 500  # tokens: the defaults of ChatMemory
LOWER_MARK = 2_000
AGES = (100, 10_000)  # turns
BATCH, BATCHES = 20, 30  # turns measured at a time, and how many times
NUMBERS = itertools.count()
RECENT = 6  # turns
PEER_AGES = (100, 1_000)
FLAT = 1.3  # times the cost of a turn at 100 turns, at 10,000
LIMIT = 3.0  # times the ideal, for ChatMemory
SUMMARY = "The traveller plans five days by the harbour, on a budget, with a sister who is allergic to peanuts. " * 9

Exchange = tuple[str, ChatCompletion, ChatCompletion]  # a question, its answer, and a call before that
Turn = Callable[[str, ChatCompletion, ChatCompletion], None]


def weather(town: str) -> str:
    """The weather of a town."""
    return f"In {town} it is 21 degrees, with some wind from the sea and rain in the evening, and 19 degrees tomorrow."


WEATHER = Tool(weather).definition


def chat_memory() -> Turn:
    """`ChatMemory` with its defaults; old turns are folded into a summary, which the stub writes."""
    client = StubClient(SUMMARY)
    memory = ChatMemory(client, SYSTEM["content"])

    def turn(question: str, answer: ChatCompletion, call: ChatCompletion) -> None:
        client.expect(question, answer)
        memory.ask(question)

    return turn


def chat_memory_with_tools() -> Turn:
    """The same with a tool, which is called in each turn."""
    client = StubClient(SUMMARY)
    memory = ChatMemory(client, SYSTEM["content"], tools=[weather])

    def turn(question: str, answer: ChatCompletion, call: ChatCompletion) -> None:
        client.expect(question, answer, call)
        memory.ask(question)

    return turn


def append_and_trim() -> Turn:
    """The whole history kept in a list, and trimmed for each request."""
    client, history = StubClient(SUMMARY), [SYSTEM]

    def turn(question: str, answer: ChatCompletion, call: ChatCompletion) -> None:
        history.append({"role": "user", "content": question})
        client.expect(question, answer)
        request = trim_to_budget(history, BUDGET, reply_tokens=REPLY)
        given = client.create(model="stub", messages=request)
        history.append({"role": "assistant", "content": given.choices[0].message.content})

    return turn


def trim_and_keep() -> Turn:
    """What was trimmed is what is kept, with a lower mark."""
    client, history = StubClient(SUMMARY), [SYSTEM]

    def turn(question: str, answer: ChatCompletion, call: ChatCompletion) -> None:
        nonlocal history
        history.append({"role": "user", "content": question})
        client.expect(question, answer)
        history = trim_to_budget(history, BUDGET, reply_tokens=REPLY, cut_to=LOWER_MARK)
        given = client.create(model="stub", messages=history)
        history.append({"role": "assistant", "content": given.choices[0].message.content})

    return turn


class RunningTotal:
    """The turns that fit, with their tokens and the sum of these; older ones are summarised, or dropped."""

    def __init__(self, summarises: bool, tools: bool = False) -> None:
        self.client, self.turns, self.summarises = StubClient(SUMMARY), deque(), summarises
        self.more = {"tools": [WEATHER]} if tools else {}
        self.fixed = PRIMING_TOKENS + plain_tokens(SYSTEM) + REPLY + tool_tokens(self.more.get("tools"))
        self.total, self.recap = 0, []

    def request(self, said: list[Message]) -> ChatCompletion:
        messages = [SYSTEM, *self.recap]
        for before, _ in self.turns:
            messages += before
        return self.client.create(model="stub", messages=[dict(m) for m in (*messages, *said)], **self.more)

    def turn(self, question: str, answer: ChatCompletion, call: ChatCompletion) -> None:
        said: list[Message] = [{"role": "user", "content": question}]
        tokens = plain_tokens(said[0])
        if self.fixed + self.total + tokens > BUDGET:
            self.make_room(tokens)
        self.client.expect(question, answer, call if self.more else None)
        given = self.request(said).choices[0]
        while given.finish_reason == "tool_calls":
            step = [{"role": "assistant", "content": None, "tool_calls": []}]
            for made in given.message.tool_calls:
                step[0]["tool_calls"].append(made.model_dump())
                result = weather(**json.loads(made.function.arguments))
                step.append({"role": "tool", "tool_call_id": made.id, "content": result})
            said += step
            tokens += sum(map(message_tokens, step))
            given = self.request(said).choices[0]
        said.append({"role": "assistant", "content": given.message.content})
        tokens += plain_tokens(said[-1])
        self.turns.append((said, tokens))
        self.total += tokens

    def make_room(self, tokens: int) -> None:
        old: list[Message] = []
        most = LOWER_SHARE * (BUDGET - REPLY) if self.summarises else BUDGET - self.fixed - tokens
        while self.total > most or len(self.turns) > RECENT:
            before, size = self.turns.popleft()
            self.total -= size
            old += before
        if self.summarises:
            prompt = f"Summarise.\n{self.recap[1:]}\n{json.dumps(old, ensure_ascii=False)}"
            text = (
                self.client.create(model="stub", messages=[{"role": "user", "content": prompt}])
                .choices[0]
                .message.content
            )
            self.total -= sum(map(plain_tokens, self.recap))
            self.recap = [RECAP, {"role": "assistant", "content": text}]
            self.total += sum(map(plain_tokens, self.recap))


def ideal() -> Turn:
    """The ideal: a running total, and a summary of what does not fit."""
    return RunningTotal(summarises=True).turn


def ideal_with_tools() -> Turn:
    """The same with tools."""
    return RunningTotal(summarises=True, tools=True).turn


def dropping() -> Turn:
    """A running total that drops what does not fit."""
    return RunningTotal(summarises=False).turn


def stub_alone() -> Turn:
    """What of the time is the stub's."""
    client = StubClient(SUMMARY)

    def turn(question: str, answer: ChatCompletion, call: ChatCompletion) -> None:
        client.expect(question, answer)
        client.create(model="stub", messages=[{"role": "user", "content": question}])

    return turn


CONTESTANTS: dict[str, Callable[[], Turn]] = {
    "ChatMemory.ask": chat_memory,
    "append, trim_to_budget, cut_to": trim_and_keep,
    "append, trim_to_budget of all": append_and_trim,
    "ChatMemory.ask with a tool": chat_memory_with_tools,
    "ideal: a running total, summarised": ideal,
    "ideal with a tool": ideal_with_tools,
    "a running total that drops": dropping,
    "the stub alone": stub_alone,
}
BESIDE = {"ChatMemory.ask": "ideal: a running total, summarised", "ChatMemory.ask with a tool": "ideal with a tool"}


def batch(source: Iterator[tuple[str, str]], length: int) -> list[Exchange]:
    """New exchanges, the replies as a client returns them."""
    return [(question, completion(reply), calling(question)) for question, reply in itertools.islice(source, length)]


def calling(question: str) -> ChatCompletion:
    """An answer that calls the tool, with arguments that no other one has."""
    function = {"name": "weather", "arguments": json.dumps({"town": question[-20:]})}
    return completion(None, {"id": f"call_{next(NUMBERS)}", "type": "function", "function": function})


def microseconds(turn: Turn, exchanged: list[Exchange]) -> float:
    """The time of a turn, averaged over a batch."""

    def take_turns() -> None:
        for exchange in exchanged:
            turn(*exchange)

    return seconds(take_turns) / len(exchanged) * 1e6


def compare() -> dict[str, list[float]]:
    """Microseconds per turn, for each contestant at each age."""
    source = exchanges()
    runners = {(name, age): make() for age in AGES for name, make in CONTESTANTS.items()}
    for age in AGES:
        for _ in range(age // BATCH):
            exchanged = batch(source, BATCH)
            for name in CONTESTANTS:
                for exchange in exchanged:
                    runners[name, age](*exchange)
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
    ours = ("ChatMemory.ask", "ChatMemory.ask with a tool", *list(CONTESTANTS)[1:3])
    grows = {name: result[name][1] / result[name][0] for name in ours}
    stub = result["the stub alone"]
    ratios = {
        name: max((result[name][i] - stub[i]) / (result[best][i] - stub[i]) for i in (0, 1))
        for name, best in BESIDE.items()
    }
    print(f"a turn of ours costs at most {max(grows.values()):.2f} times as much at 10,000 turns (limit {FLAT})")
    for name, ratio in ratios.items():
        print(f"the bookkeeping of {name} costs {ratio:.2f} times the ideal's (limit {LIMIT})")
    return int(max(grows.values()) > FLAT or max(ratios.values()) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
