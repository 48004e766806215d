"""Programs that use a store at the same time, or are killed at it: each in a process of its own.

A program is a job, a dict: its `kind` (a function of JOBS), the `url` of the store, the `id` of the conversation, its own
`name`, and `turns`, how many to write. It may also say for how many seconds its model `thinks`, and that it need not be
`careful` and wait for the disk. While it works it notes what it does, one character each, on a pipe that outlives it:

    o  the store is open       <  a transaction begins to write       >  it is committed
    .  the turn is saved, and the caller knows        c  another program was quicker        !  an error, with its traceback

Run as a script, this does the job that is its argument, when standard input ends; without one it takes jobs, a line at a
time, and forks a process for each, which has everything imported: that takes milliseconds, not a second.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
import tiktoken

from chat_memory import ChatMemory
from chat_memory.errors import ConflictError
from chat_memory.store import Conversation, ConversationStore
from chat_memory.store.database import Database

SYSTEM = "Be brief."
BUDGET = 60_000  # tokens: after some turns, old ones are folded
Job = dict[str, Any]
Note = Callable[[str], Any]


def turn(name: str, number: int) -> list[dict[str, str]]:
    """A turn of a program: what it asks and what it is answered. Every other answer fills some pages of a file."""
    question = f"{name} asks number {number}."
    answer = f"Answer to: {question}" + " and so on" * (2000 if number % 2 else 5)
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


class Client:
    """Answers the questions of turns; and asked for a summary, writes one. It needs less to be imported than others."""

    def __init__(self, seconds: float = 0) -> None:
        self.chat = SimpleNamespace(completions=self)
        self.seconds = seconds  # that it thinks before each answer

    def create(self, *, messages: list[dict], **request: Any) -> SimpleNamespace:
        time.sleep(self.seconds)
        name, _, number = messages[-1]["content"].rstrip(".").partition(" asks number ")
        reply = turn(name, int(number))[1] if number.isdigit() else {"content": "They talked."}
        choice = SimpleNamespace(message=SimpleNamespace(**reply), finish_reason="stop")
        return SimpleNamespace(choices=[choice], usage=SimpleNamespace(prompt_tokens=0, completion_tokens=0))


# What a program does


def ask(conversation: Conversation, job: Job, note: Note) -> None:
    """Ask one question after the other; where another program was quicker, resume and ask again."""
    client = Client(job.get("thinks", 0))
    memory = ChatMemory(client, SYSTEM, BUDGET, conversation=conversation)
    for number in range(job["turns"]):
        while True:
            try:
                memory.ask(turn(job["name"], number)[0]["content"])
                break
            except ConflictError:
                note("c")
                memory = ChatMemory.resume(client, conversation)
        note(".")


def append(conversation: Conversation, job: Job, note: Note) -> None:
    """Append turns to whatever is there."""
    for number in range(job["turns"]):
        conversation.append(turn(job["name"], number))
        note(".")


def read(conversation: Conversation, job: Job, note: Note) -> None:
    """Read the conversation over and over: it grows by whole turns, and what was read before stays."""
    before: list[dict] = []
    while len(before) < 2 * job["turns"]:
        said = conversation.messages()
        assert len(said) % 2 == 0 and said[: len(before)] == before, said
        before = said
        note(".")


JOBS = {"ask": ask, "append": append, "read": read}


def work(job: Job, note: Note) -> None:
    """Do a job, from the opening of the store on."""
    writing = Database.writing

    @contextmanager
    def noted(database: Database) -> Any:
        note("<")
        with writing(database) as connection:
            yield connection
        note(">")

    Database.writing = noted
    if not job.get("careful", True):
        sa.event.listen(sa.Engine, "connect", do_not_wait_for_the_disk)
    try:
        with ConversationStore(job["url"]) as store:
            note("o")
            JOBS[job["kind"]](store.open(job["id"]), job, note)
    except BaseException:
        note("!" + traceback.format_exc())


def do_not_wait_for_the_disk(connection: Any, _: Any) -> None:
    """Where nobody is killed and the power stays on, SQLite may leave the writing to the system."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


# Forked processes


def serve() -> None:
    """Do the jobs of each line of standard input, and answer with a line of what was noted."""
    rehearse()
    for line in sys.stdin:
        print(json.dumps(forked(**json.loads(line))), flush=True)


def rehearse() -> None:
    """Import, load and compile once what each process would have to. A token is a byte here: that is loaded at once."""
    sa.create_engine("postgresql+psycopg://").dispose()  # imports the driver
    small = tiktoken.Encoding(
        "bytes", pat_str=".+", mergeable_ranks={bytes([n]): n for n in range(256)}, special_tokens={}
    )
    tiktoken.get_encoding = lambda name: small
    with TemporaryDirectory() as folder, ConversationStore(Path(folder) / "rehearsal.db") as store:
        ask(store.open("rehearsal"), {"name": "Nobody", "turns": 9}, lambda note: None)
        ChatMemory.resume(Client(), store.open("rehearsal"))
    gc.freeze()  # forks share it all


def forked(jobs: list[Job], kill_after: float | None) -> tuple[list[str], float]:
    """Do jobs in forks of this process, and kill them after so many seconds. Returns their notes, and the seconds."""
    gate = os.pipe()
    children = [fork(job, *gate) for job in jobs]
    os.close(gate[0])
    began = time.perf_counter()
    os.close(gate[1])  # they begin
    if kill_after is not None:
        time.sleep(kill_after)
        for child, _ in children:
            os.kill(child, signal.SIGKILL)
    notes = []
    for child, noted in children:
        with open(noted, encoding="utf-8") as pipe:
            notes.append(pipe.read())
        os.waitpid(child, 0)
    return notes, time.perf_counter() - began


def fork(job: Job, gate: int, gatekeeper: int) -> tuple[int, int]:
    """Start a process that does a job once the gate is closed. Returns its number and where its notes can be read."""
    noted, noting = os.pipe()
    child = os.fork()
    if child:
        os.close(noting)
        return child, noted
    try:
        os.close(gatekeeper)
        os.read(gate, 1)  # returns at the end
        work(job, lambda note: os.write(noting, note.encode()))
    finally:
        os._exit(0)


if __name__ == "__main__":
    if sys.argv[1:]:
        rehearse()
        os.write(1, b"r")
        sys.stdin.read()
        work(json.loads(sys.argv[1]), lambda note: os.write(1, note.encode()))
    else:
        serve()
