"""A conversation that is resumed and one turn that is saved, in databases of 100 and of 10,000 conversations.

Beside `ConversationStore` stand a JSON file for each conversation, written anew at each turn, as tutorials do, and the
ideal: the same rows through a connection of Python's own `sqlite3` that stays open. The conversations have 100 turns, or 1,000
of which the summary stands for all but ten. In each round every contestant resumes one conversation, taken at random, and
saves one turn; each figure is the lower quartile of the rounds. Processor's time: what the disk takes is the same for all.

    python tests/benchmarks/bench_store.py
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from chat_memory import ChatMemory
from chat_memory.store import ConversationStore
from chat_memory.tokens import Message
from conversations import SYSTEM, summary
from stub_client import StubClient
from timing import seconds

RECENT = 10  # turns that the summary does not stand for
ROUNDS = 80
FLAT = 1.3  # times the time with 100 conversations of 100 turns, with more conversations or more turns
BUILD = 60.0  # seconds for a million messages
SETTINGS = json.dumps({"system": SYSTEM["content"], "max_tokens": 3000, "keep_recent": 6})
NOTE = summary(10)


class Size(NamedTuple):
    """How many conversations a database holds, and of how many turns each."""

    conversations: int
    turns: int


SMALL, MANY, LONG = SIZES = Size(100, 100), Size(10_000, 100), Size(100, 1_000)


def turn(conversation: int, number: int) -> list[Message]:
    """A turn of some 60 tokens that is like no other."""
    asked, said = f"What did we decide about day {number} of trip {conversation}?", f"On day {number} you take ferry "
    said += (
        f"{conversation} from the harbour to the old town, have lunch behind the market, and go home by bus {number}."
    )
    return [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]


class Store:
    """`ConversationStore` on SQLite, resumed and saved as `ChatMemory` does."""

    name = "ConversationStore"

    def __init__(self, folder: Path, size: Size) -> None:
        self.path, self.size = folder / f"{size.conversations}x{size.turns}.db", size
        self.store = ConversationStore(self.path)
        build(self.path, size)
        self.client, self.saved = StubClient(""), dict.fromkeys(range(size.conversations), size.turns)

    def resume(self, number: int) -> None:
        """Read and count what the next request needs."""
        ChatMemory.resume(self.client, self.store.open(str(number)))

    def save(self, number: int) -> None:
        """Save one more turn, with everything that is saved beside it."""
        said, after = turn(number, self.saved[number]), (number + 1, self.saved[number])
        state: dict[str, Any] = {"settings": json.loads(SETTINGS), "summary": NOTE, "folded": self.size.turns - RECENT}
        self.store.open(str(number)).append(said, after=after, **state)
        self.saved[number] += 1


class Bare:
    """The ideal: the same rows, read and written without asking what else happened."""

    name = "ideal: bare sqlite3"

    def __init__(self, folder: Path, size: Size) -> None:
        self.path, self.size = folder / f"bare{size.conversations}x{size.turns}.db", size
        ConversationStore(self.path).close()
        build(self.path, size)
        self.connection = sqlite3.connect(self.path)
        self.saved = dict.fromkeys(range(size.conversations), size.turns)

    def resume(self, number: int) -> None:
        read = "SELECT body FROM chat_messages WHERE conversation = ? AND turn >= ? ORDER BY turn, place"
        rows = self.connection.execute(read, (number + 1, self.size.turns - RECENT))
        [json.loads(body) for (body,) in rows]

    def save(self, number: int) -> None:
        place, said = self.saved[number], turn(number, self.saved[number])
        rows = [(number + 1, place, n, json.dumps(message)) for n, message in enumerate(said)]
        with self.connection:
            self.connection.executemany(
                "INSERT INTO chat_messages (conversation, turn, place, body) VALUES (?, ?, ?, ?)", rows
            )
        self.saved[number] += 1


class JsonFiles:
    """The way of the tutorials: a file for each conversation. Only a hundred are made: others would not be touched."""

    name = "a JSON file, rewritten"

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder = folder / f"json{size.conversations}x{size.turns}"
        self.folder.mkdir()
        for number in range(100):
            said = chain.from_iterable(turn(number, place) for place in range(size.turns))
            self._file(number).write_text(json.dumps(list(said)), encoding="utf-8")

    def _file(self, number: int) -> Path:
        return self.folder / f"{number % 100}.json"

    def resume(self, number: int) -> None:
        self.held = json.loads(self._file(number).read_text(encoding="utf-8"))

    def save(self, number: int) -> None:
        """Write the conversation that was resumed last, one turn longer."""
        self.held += turn(number, len(self.held) // 2)
        self._file(number).write_text(json.dumps(self.held), encoding="utf-8")


CONTESTANTS = (Store, JsonFiles, Bare)


def build(path: Path, size: Size) -> None:
    """Fill the tables of a new store, faster than its own way of a transaction for each turn."""
    rows = (
        (number + 1, place, n, json.dumps(message))
        for number in range(size.conversations)
        for place in range(size.turns)
        for n, message in enumerate(turn(number, place))
    )
    folded, note = size.turns - RECENT, json.dumps(NOTE)
    named = (
        (n + 1, str(n), SETTINGS, note, folded, size.turns, "2026-11-01T12:00:00") for n in range(size.conversations)
    )
    columns = "(number, id, settings, summary, folded, turns, changed_at)"
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executemany(f"INSERT INTO chat_conversations {columns} VALUES (?, ?, ?, ?, ?, ?, ?)", named)
        connection.executemany("INSERT INTO chat_messages (conversation, turn, place, body) VALUES (?, ?, ?, ?)", rows)
    connection.close()


def compare(folder: Path) -> tuple[dict[tuple[str, str], dict[Size, float]], float]:
    """Microseconds for each contestant and what it does, by size; and the seconds in which a million messages are built."""
    runners, began = [], time.perf_counter()
    for size in SIZES:
        runners += [(contestant(folder, size), size) for contestant in CONTESTANTS]
    built = 2 * 2 * sum(size.conversations * size.turns for size in SIZES)  # by the store and by the ideal
    million = (time.perf_counter() - began) / built * 1e6
    chance, times = random.Random(8), {}
    for _ in range(ROUNDS):
        for runner, size in chance.sample(runners, len(runners)):
            number = chance.randrange(size.conversations)
            for what in ("resume", "save"):
                took = seconds(getattr(runner, what), number) * 1e6
                times.setdefault((what, runner.name), {}).setdefault(size, []).append(took)
    return {
        key: {size: statistics.quantiles(of_size[size])[0] for size in SIZES} for key, of_size in times.items()
    }, million


def main() -> int:
    """Print the table. Returns 1 when more conversations or more turns make ours slower, or building takes too long."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result, million = compare(Path(folder))
    heads = [f"{size.conversations:,} x {size.turns:,} turns" for size in SIZES]
    print("conversations, microseconds          " + "".join(f"{head:>22}" for head in heads))
    for (what, name), by_size in sorted(result.items()):
        print(f"{what:<8}{name:<29}" + "".join(f"{by_size[size]:>22,.0f}" for size in SIZES))
    grows = max(
        result[what, Store.name][size] / result[what, Store.name][SMALL]
        for what in ("resume", "save")
        for size in (MANY, LONG)
    )
    print(f"with more conversations or more turns, ours takes at most {grows:.2f} times as long (limit {FLAT})")
    print(f"a million messages were written in {million:.0f} s (limit {BUILD:.0f})")
    return int(grows > FLAT or million > BUILD)


if __name__ == "__main__":
    sys.exit(main())
