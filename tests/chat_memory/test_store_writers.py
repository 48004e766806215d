"""Programs that use one store at the same time lose nothing: turns stay whole, and whoever comes second is told."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from chat_memory.store import ConversationStore

from .versions import SAID, first_version
from .writers import turn

ID = "ana"
TURNS = 50  # of each program


def jobs(url: str, writers: int, **more: object) -> list[dict]:
    names = [f"Program {number}" for number in range(writers)]
    job = {"kind": "ask", "url": url, "id": ID, "turns": TURNS, "careful": False} | more
    return [job | {"name": name} for name in names]


def assert_all_there(url: str, writers: list[dict], before: Sequence[dict] = ()) -> None:
    """Assert that what was there before is, and after it every turn of each writer once, whole, in his own order."""
    with ConversationStore(url) as store:
        said = store.open(ID).messages()
    assert said[: len(before)] == list(before)
    messages = said[len(before) :]
    turns = [messages[place : place + 2] for place in range(0, len(messages), 2)]
    for job in writers:
        mine = [turn for turn in turns if turn[0]["content"].startswith(job["name"] + " ")]
        assert mine == [turn(job["name"], number) for number in range(job["turns"])]
    assert len(turns) == sum(job["turns"] for job in writers)


@pytest.mark.parametrize("writers", [2, 4])
def test_programs_that_append_to_one_conversation_lose_nothing(database_url, crew, writers):
    """Each turn goes to the end of whatever is there by then"""
    writing = jobs(database_url, writers, kind="append")
    assert "c" not in "".join(crew.run(*writing).notes)
    assert_all_there(database_url, writing)


@pytest.mark.parametrize(("writers", "turns"), [(2, TURNS), (4, 15)])
def test_memories_of_one_conversation_lose_nothing(database_url, crew, writers, turns):
    """Whoever knows less than there is gets a ConflictError, resumes and asks again"""
    writing = jobs(database_url, writers, turns=turns, thinks=0.005)
    conflicts = "".join(crew.run(*writing).notes).count("c")
    print(f"{writers} programs met {conflicts} times")
    assert conflicts, "No two of them asked at the same time."
    assert_all_there(database_url, writing)


@pytest.mark.parametrize("old", [False, True])
def test_programs_that_open_a_database_together_make_or_upgrade_it_once(database_url, crew, old):
    """One makes the tables, or brings those of an older version up to date; the others wait for it"""
    before = list(SAID) if old else []
    if old:
        first_version(database_url)
    writing = jobs(database_url, 4, kind="append", turns=1)
    notes = crew.run(*writing).notes
    assert any(note == "<>o<>." for note in notes) and all(note.endswith("o<>.") for note in notes), notes
    assert_all_there(database_url, writing, before)


def test_readers_beside_a_writer_see_whole_turns(database_url, crew):
    """A conversation that is read while it grows has whole turns each time, and the next time at least as many"""
    writing = jobs(database_url, 1)
    reading = [job | {"kind": "read"} for job in writing * 2]
    _, *notes = crew.run(*writing, *reading).notes
    assert all("o." in note for note in notes), notes
    assert_all_there(database_url, writing)


FORKING = """
import os, sys
from chat_memory.store import ConversationStore

conversation = ConversationStore(sys.argv[1]).open("ana")
conversation.append([{"role": "user", "content": "before"}])
children = []
for number in range(3):
    if not (child := os.fork()):
        conversation.append([{"role": "user", "content": f"child {number}"}])
        os._exit(0)
    children.append(child)
assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
conversation.append([{"role": "user", "content": "after"}])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_store_can_be_used_on_both_sides_of_a_fork(database_url):
    subprocess.run([sys.executable, "-c", FORKING, database_url], check=True)
    with ConversationStore(database_url) as store:
        first, *between, last = [message["content"] for message in store.open(ID).messages()]
    assert (first, sorted(between), last) == ("before", ["child 0", "child 1", "child 2"], "after")
