"""The async forms do what the plain ones do, and never use the database in the thread of the event loop."""

import asyncio
import time
from threading import Event, Thread, get_ident

import pytest

from chat_memory import ChatMemory
from chat_memory.errors import ConflictError
from chat_memory.facts import UserFacts
from chat_memory.replies.threads import THREADS
from chat_memory.store import ConversationStore
from chat_memory.store.database import Database

from .fake_client import FakeAsyncClient
from .talks import turn

TURN = turn("Hello", "Hi.")
LEARNED = '{"facts": [{"fact": "The user sings.", "message": 1, "replaces": null}]}'


@pytest.fixture
def store(database_url):
    with ConversationStore(database_url) as store:
        yield store


@pytest.fixture
def used(monkeypatch):
    """The threads that have used a database, each time."""
    threads, explained = [], Database._explained
    monkeypatch.setattr(Database, "_explained", lambda self: threads.append(get_ident()) or explained(self))
    return threads


def memory_of(store, **more):
    return ChatMemory.resume_async(FakeAsyncClient(), store.open("ana"), **more)


async def asked_with_facts(store):
    return await (await memory_of(store, facts=UserFacts(store, "ana"))).ask_async("Do I sing?")


class Embeddings:
    """Every text lies in the same direction."""

    def __init__(self):
        self.embeddings = self

    async def create(self, *, model, input):
        data = [{"index": place, "embedding": [1.0, 0.0]} for place in range(len(input))]
        return type("Answer", (), {"data": [type("Vector", (), vector) for vector in data]})


CALLS = {
    "load": lambda store, facts: store.open("ana").load_async(),
    "messages": lambda store, facts: store.open("ana").messages_async(),
    "append": lambda store, facts: store.open("ana").append_async(iter(TURN), after=(1, 1), folded=1),
    "take_back": lambda store, facts: store.open("ana").take_back_async(after=(1, 1)),
    "ids": lambda store, facts: store.ids_async(),
    "delete": lambda store, facts: store.delete_async("ana"),
    "resume": lambda store, facts: memory_of(store),
    "open": lambda store, facts: ChatMemory.open_async(FakeAsyncClient(), "Be brief.", conversation=store.open("ana")),
    "ask with facts": lambda store, facts: asked_with_facts(store),
    "add": lambda store, facts: facts.add_async("The user has a dog."),
    "known": lambda store, facts: facts.known_async(),
    "find": lambda store, facts: facts.find_async("Does the user sing?"),
    "note": lambda store, facts: facts.note_async("Does the user sing?"),
    "correct": lambda store, facts: facts.correct_async(1, "The user dances."),
    "forget": lambda store, facts: facts.forget_async(1),
    "learn": lambda store, facts: facts.learn_async(FakeAsyncClient(lambda said: LEARNED), TURN),
    "find_by_meaning": lambda store, facts: facts.find_by_meaning_async(Embeddings(), "Song?"),
}


@pytest.mark.parametrize("call", CALLS)
def test_no_async_form_uses_the_database_in_the_thread_of_the_loop(sqlite_url, used, call):
    with ConversationStore(sqlite_url) as store:
        facts = UserFacts(store, "ana")
        store.open("ana").append(TURN)
        facts.add("The user sings.")
        used.clear()
        asyncio.run(CALLS[call](store, facts))
        assert used and get_ident() not in used


def test_the_async_forms_return_and_raise_what_the_plain_ones_do(store):
    async def use():
        conversation = store.open("ana")
        known = await conversation.append_async(TURN, settings={"system": "Be brief."}, summary="", folded=0)
        assert known == (1, 1, 0) and await conversation.messages_async() == conversation.messages() == TURN
        assert await conversation.load_async() == conversation.load() and await store.ids_async() == ["ana"]
        assert (await memory_of(store)).messages == [{"role": "system", "content": "Be brief."}, *TURN]
        assert (await conversation.take_back_async(after=known)).turn == TURN
        with pytest.raises(ConflictError):
            await conversation.append_async(TURN, after=known)
        with pytest.raises(TypeError, match="messages"):
            await conversation.append_async(["Hello"])
        await store.delete_async("ana")
        with pytest.raises(LookupError):
            await memory_of(store)
        facts = UserFacts(store, "ana")
        fact = await facts.add_async("The user sings.", conversation="ana", message=1)
        assert [fact] == facts.known() == await facts.known_async() == await facts.find_async("Who sings?")
        assert await facts.note_async("Who sings?") == facts.note("Who sings?") != []
        newer = await facts.correct_async(fact, "The user dances.")
        await facts.forget_async(newer)
        assert facts.record() == []

    asyncio.run(use())


def test_turns_are_saved_while_all_threads_that_asyncio_has_are_busy(tmp_path):
    async def use(store):
        go_on = Event()
        busy = [asyncio.create_task(asyncio.to_thread(go_on.wait, 30)) for _ in range(64)]
        await asyncio.sleep(0)
        memories = [
            ChatMemory(FakeAsyncClient(), conversation=store.open(str(number))) for number in range(3 * THREADS)
        ]
        await asyncio.wait_for(asyncio.gather(*(memory.ask_async("Hello") for memory in memories)), 20)
        go_on.set()
        await asyncio.gather(*busy)
        assert len(await store.ids_async()) == 3 * THREADS

    with ConversationStore(tmp_path / "chats.db") as store:
        asyncio.run(use(store))


def test_who_is_cancelled_while_a_turn_is_saved_waits_for_it(store, monkeypatch):
    async def use():
        began, writing = Event(), Database.writing
        monkeypatch.setattr(Database, "writing", lambda self: began.set() or time.sleep(0.02) or writing(self))
        task = asyncio.create_task(store.open("ana").append_async(TURN))
        while not began.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert store.open("ana").messages() == TURN

    asyncio.run(use())


def test_threads_that_write_to_one_file_do_not_wait_for_sqlite_to_look_again(tmp_path):
    """Each is woken as soon as the one before it has ended"""
    with ConversationStore(tmp_path / "chats.db") as store:
        began, ended = [], []

        def write():
            began.append(time.perf_counter())
            with store.database.writing():
                time.sleep(0.002)
                ended.append(time.perf_counter())

        threads = [Thread(target=write) for _ in range(8)]
        with store.database.writing():
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join(20)
        assert len(ended) == 8 and not store.database._one_writer.locked()
