"""200 conversations at once in one process, 10 turns each, on SQLite and on PostgreSQL: turns a second, and what stalls.

All are tasks of one event loop, with a client that answers after 5 ms. A watcher beside them sleeps for a millisecond over
and over: by how much it oversleeps, at most, is the loop's longest stall. It is measured in the processor's time that this
process has had in it, where the clock is fine enough: a busy machine stops a program for longer than it ever stalls. What
others do can still lengthen it, so the best of up to three rounds counts. What is left is Python's collector of garbage, which
stops all threads (20 ms for what 200 conversations hold), and a thread that has to give way; the loop's own work is
10 ms at most.

    python tests/benchmarks/bench_many_users.py
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, its own folder stands there

from chat_memory import ChatMemory
from chat_memory.store import ConversationStore
from conversations import SYSTEM, summary
from stub_client import completion
from tests.chat_memory import postgres
from timing import CLOCK

CONVERSATIONS, TURNS, ROUNDS = 200, 10, 3
THINKS = 0.005  # seconds until the client answers
LONGEST_STALL = 0.050  # seconds
BUDGET = 500  # tokens: each conversation is folded on its way


class Client:
    """Answers after a moment, at next to no cost."""

    def __init__(self) -> None:
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))
        self.reply, self.summary = completion("You take the ferry to the old town. " * 4), completion(summary(3))

    async def create(self, *, messages: list[dict[str, Any]], **options: Any) -> Any:
        await asyncio.sleep(THINKS)
        return self.summary if messages[0]["content"] != SYSTEM["content"] else self.reply


class Stalls:
    """How long the event loop did not come round, at most: in seconds by the clock, and of the processor's time."""

    by_clock = busy = 0.0

    async def watch(self) -> None:
        while True:
            clock, processor = time.perf_counter(), CLOCK()
            await asyncio.sleep(0.001)
            late = time.perf_counter() - clock - 0.001
            self.by_clock, self.busy = max(self.by_clock, late), max(self.busy, min(late, CLOCK() - processor))


@asynccontextmanager
async def watched() -> AsyncIterator[Stalls]:
    """Watch the loop while the block runs."""
    stalls = Stalls()
    task = asyncio.create_task(stalls.watch())
    await asyncio.sleep(0.01)
    yield stalls
    task.cancel()


async def talk(store: ConversationStore, client: Client, number: int) -> None:
    """Ten turns of one user. Half-way the memory is resumed, as after a restart."""
    conversation = store.open(str(number))
    memory = await ChatMemory.open_async(client, SYSTEM["content"], BUDGET, conversation=conversation)
    for turn in range(TURNS):
        if turn == TURNS // 2:
            memory = await ChatMemory.resume_async(client, conversation)
        await memory.ask_async(f"What did we decide about day {turn} of trip {number}?")


async def all_talk(url: str) -> tuple[float, Stalls]:
    """The seconds that all of them take, and the stalls meanwhile."""
    client = Client()
    with ConversationStore(url) as store:
        store.delete(*store.ids())
        await talk(store, client, CONVERSATIONS)  # loads what is loaded once
        gc.collect()
        gc.freeze()  # as a server does: the collector need not go through all that was imported
        async with watched() as stalls:
            began = time.perf_counter()
            await asyncio.gather(*(talk(store, client, number) for number in range(CONVERSATIONS)))
            took = time.perf_counter() - began
        assert len(store.ids()) == CONVERSATIONS + 1
        assert all(len(store.open(id).messages()) == 2 * TURNS for id in store.ids()[:5])
    return took, stalls


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The databases' URLs, by name. PostgreSQL is left out where no server can be started."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        urls = {"SQLite": f"sqlite:///{Path(folder).as_posix()}/chats.db"}
        try:
            with postgres.running() as server, server.careful(), server.new_database() as url:
                yield urls | {"PostgreSQL": url}
        except postgres.NoServer as error:
            print(f"Without PostgreSQL: {error}")
            yield urls


def best(url: str) -> tuple[float, Stalls]:
    """The round with the shortest stall, of as many as it takes to keep to the limit."""
    rounds: list[tuple[float, Stalls]] = []
    while len(rounds) < ROUNDS and not any(stalls.busy <= LONGEST_STALL for _, stalls in rounds):
        rounds.append(asyncio.run(all_talk(url)))
    return min(rounds, key=lambda each: each[1].busy)


def main() -> int:
    """Print the table. Returns 1 where the event loop was kept waiting for too long."""
    with databases() as urls:
        results = {name: best(url) for name, url in urls.items()}
    print(f"{CONVERSATIONS} conversations x {TURNS} turns, saved     turns a second   longest stall, ms   by the clock")
    for name, (took, stalls) in results.items():
        rate = CONVERSATIONS * TURNS / took
        print(f"{name:<40}{rate:>16,.0f}{stalls.busy * 1000:>20.1f}{stalls.by_clock * 1000:>15.1f}")
    print(f"(limit {LONGEST_STALL * 1000:.0f} ms)")
    return int(max(stalls.busy for _, stalls in results.values()) > LONGEST_STALL)


if __name__ == "__main__":
    sys.exit(main())
