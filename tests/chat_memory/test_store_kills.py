"""A program that is killed, whenever it is, loses at most the turn that was in flight, and leaves a whole database.

Each program opens a store, which makes or upgrades the tables where that is to do, and asks question after question. After
a random time it is killed with SIGKILL (on Windows with TerminateProcess): it runs no further line, not even a `finally`.
"""

import itertools
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from chat_memory import ChatMemory
from chat_memory.store import ConversationStore

from .crew import FORKS, Crew
from .versions import SAID, first_version
from .writers import BUDGET, SYSTEM, Client, turn

SQLITE_KILLS, POSTGRESQL_KILLS = (200, 40) if FORKS else (10, 5)
KILLS_A_DATABASE = 5
TURNS = 2  # that a program makes the tables for and saves in the longest time before it is killed
TRIALS = 6  # on a database each, to see how long programs take
CAREFUL = (True, False)  # a kill hits a program that waits for its disk mostly while it waits, the other at its work
JOB = {"kind": "ask", "id": "ana", "turns": 100}


class Survivor:
    """A database with one conversation, and what has to be in it. It begins without tables, or with `old` ones."""

    def __init__(self, url: str, old: bool) -> None:
        self.url, self.said = url, list(SAID) if old else []
        if old:
            first_version(url)

    def check(self, name: str, notes: str) -> int:
        """Compare with what a killed program noted. Returns how many turns were saved unknown to it."""
        known = notes.count(".")
        with ConversationStore(self.url) as store:
            said = store.open("ana").messages()
            saved = (len(said) - len(self.said)) // 2
            assert said == [*self.said, *(message for number in range(saved) for message in turn(name, number))]
            assert known <= saved <= known + 1, f"The program knows of {known} turns, {saved} are there: {notes}"
            self.said = said
        return saved - known

    def go_on(self) -> None:
        """Resume the conversation, as each program does that is killed, and this time live."""
        with ConversationStore(self.url) as store:
            memory = ChatMemory(Client(), SYSTEM, BUDGET, conversation=store.open("ana"))
            assert memory.messages[-2:] == self.said[-2:] or not self.said
            question, answer = turn("The survivor", 0)
            assert memory.ask(question["content"]) == answer["content"]
            assert store.open("ana").messages() == [*self.said, question, answer]


def survive(crew: Crew, kills: int, survivors: Iterator[Survivor], left: Callable[[str], bool]) -> Counter:
    """Kill programs at random times, check each time what they `left`, and count what there is to count."""
    chance, counted, longest = random.Random(5), Counter(kills=kills), []
    for careful in CAREFUL:
        trial = JOB | {"name": "Nobody", "turns": TURNS, "careful": careful}
        trials = (crew.run(trial | {"url": next(survivors).url}) for _ in range(TRIALS // len(CAREFUL)))
        longest.append(min(done.seconds for done in trials))
    for number in range(kills):
        at_most = longest[number % 2]
        if number % KILLS_A_DATABASE == 0:  # there are tables to make or to upgrade
            survivor, at_most = next(survivors), at_most / 2
        job = JOB | {"url": survivor.url, "name": f"Program {number}", "careful": CAREFUL[number % 2]}
        [notes] = crew.run(job, kill_after=chance.uniform(0, at_most)).notes
        counted["in a write"] += notes.endswith("<")
        counted["of these while the tables were made or upgraded"] += notes == "<"
        counted["before the store was open"] += "o" not in notes
        counted["left half written"] += left(survivor.url)
        counted["turns that the programs saved"] += notes.count(".")
        counted["turns that were saved unknown to them"] += survivor.check(job["name"], notes)
        if number % KILLS_A_DATABASE == KILLS_A_DATABASE - 1:
            survivor.go_on()
    print(", ".join(f"{what}: {number}" for what, number in counted.items()))  # pytest -rP shows it
    return counted


def test_sqlite_survives_kills_at_any_time(crew, tmp_path):
    """Each time the file opens, and SQLite finds it whole"""

    class File(Survivor):
        def check(self, name: str, notes: str) -> int:
            unknown = super().check(name, notes)
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            return unknown

    def left(url: str) -> bool:
        return Path(url.removeprefix("sqlite:///") + "-journal").exists()

    urls = (f"sqlite:///{(tmp_path / f'{number}.db').as_posix()}" for number in itertools.count())
    counted = survive(crew, SQLITE_KILLS, (File(url, old=number % 2 == 1) for number, url in enumerate(urls)), left)
    assert counted["in a write"] >= SQLITE_KILLS / 5
    if FORKS:  # elsewhere there are too few to be sure of these
        assert counted["of these while the tables were made or upgraded"]
        assert counted["left half written"] >= SQLITE_KILLS / 40


def test_postgresql_survives_kills_at_any_time(crew, postgresql):
    """The same with a server that waits for its disk at each commit, as in production"""

    def left(url: str) -> bool:
        postgresql.wait_until_left(url)  # a commit that was sent is carried out, whether or not its sender lives
        return False

    with ExitStack() as stack:
        databases = TRIALS + -(-POSTGRESQL_KILLS // KILLS_A_DATABASE)
        urls = [stack.enter_context(postgresql.new_database()) for _ in range(databases)]
        stack.enter_context(postgresql.careful())
        survivors = (Survivor(url, old=number % 2 == 1) for number, url in enumerate(urls))
        counted = survive(crew, POSTGRESQL_KILLS, survivors, left)
    assert counted["in a write"] >= POSTGRESQL_KILLS / 10
