"""What is saved comes back, in whole turns; what cannot be saved or read is said, and nothing is lost or overwritten."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from threading import Event, Thread, get_ident
from time import sleep
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_memory import ChatMemory, count_tokens
from chat_memory.errors import ConflictError, DamagedStore, NewerStore, StoreError
from chat_memory.facts import UserFacts
from chat_memory.safety import redact
from chat_memory.store import ConversationStore, schema

from .fake_client import FakeAsyncClient, FakeClient
from .histories import REPEATABLE
from .versions import SAID, first_version, fourth_version, second_version, third_version

CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Nara"}'}}
TURN = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi."}]
KINDS = [
    {"role": "user", "content": "日本 🌸 👩‍👩‍👧 <|endoftext|> \0 \ud83d '; DROP TABLE chat_messages; --"},
    {"role": "user", "content": "", "name": "ana"},
    {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "…"}}]},
    {"role": "assistant", "content": None, "tool_calls": [CALL], "refusal": None},
    {"role": "tool", "tool_call_id": "call_1", "content": "x" * 1_000_000},
    {"role": "system", "content": "1.0", "more": [1, 1.5, True, None, {"deep": [[]]}, -(10**30)]},
]
SIZES = {"max_tokens": 400, "keep_recent": 2}


@pytest.fixture
def store(database_url):
    with ConversationStore(database_url) as store:
        yield store


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(request, tmp_path_factory):
    """A store for several tests, each of which leaves it empty."""
    with ExitStack() as stack:
        url = tmp_path_factory.mktemp("shared") / "chats.db"
        if request.param == "postgresql":
            url = stack.enter_context(request.getfixturevalue("postgresql").new_database())
        yield stack.enter_context(ConversationStore(url))


def talk(memory: ChatMemory, turns: int) -> None:
    for number in range(turns):
        memory.ask(f"This is question {number}, with a few more words in it.")


# ---- what is saved comes back ----


@pytest.mark.parametrize("message", KINDS, ids=lambda message: message["role"])
def test_every_kind_of_message_comes_back_as_it_was(store, message):
    store.open("a").append([message])
    assert store.open("a").messages() == [message]
    assert [list(found) for found in store.open("a").messages()] == [list(message)]  # its keys in their order


HALVES = ["\ud83d", "half \ud83d here", "\udf38 first", "\ud83d\ud83d", "nul \0 and \ud83d", "🌸 \udf38"]


@pytest.mark.parametrize("text", HALVES, ids=ascii)
def test_half_an_emoji_is_kept_as_it_was_and_made_whole_where_it_goes_on(shared_store, text):
    conversation = shared_store.open("ana")
    parts = {"role": "user", "content": [{"type": "text", "text": text}], text: text}
    conversation.append(
        [parts, {"role": "assistant", "content": text}], summary=text, settings={"system": text}, folded=0
    )
    assert conversation.messages() == [parts, {"role": "assistant", "content": text}]
    saved = conversation.load()
    str(saved).encode()
    json.dumps([saved.settings, saved.summary, saved.recent], ensure_ascii=False).encode()
    assert saved.recent[0][1]["content"] == saved.summary == saved.settings["system"]
    assert saved.summary.replace("\ufffd", "") == "".join(char for char in text if not "\ud800" <= char <= "\udfff")
    shared_store.delete("ana")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.builds(lambda role, more: {**more, "role": role}, st.text(), st.dictionaries(st.text(), JSON, max_size=4))


@settings(parent=REPEATABLE, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.lists(MESSAGES, min_size=1, max_size=3), max_size=4))
def test_what_is_saved_and_loaded_is_the_same(database_url, turns):
    with ConversationStore(database_url) as store:
        store.delete(*store.ids())
        for turn in turns:
            store.open("a").append(turn)
        assert store.open("a").messages() == [message for turn in turns for message in turn]
        assert (saved := store.open("a").load()) is None or saved.recent == turns
        assert bool(saved) == bool(turns)


def test_a_memory_goes_on_where_it_stopped(store, database_url):
    first = ChatMemory(FakeClient(), "Be brief.", conversation=store.open("ana"), **SIZES)
    talk(first, 30)
    assert first.summary
    with ConversationStore(database_url) as elsewhere:  # another program, or another machine
        second = ChatMemory.resume(FakeClient(), elsewhere.open("ana"))
        assert (second.messages, second.summary, second._kept) == (first.messages, first.summary, first._kept)
        talk(second, 30)
        third = ChatMemory(FakeClient(), "Be brief.", conversation=store.open("ana"), **SIZES)
        assert third.messages == second.messages
        said = [message["content"] for message in store.open("ana").messages()]
        assert len(said) == 120 and said[::2] == [
            f"This is question {n % 30}, with a few more words in it." for n in range(60)
        ]


def test_settings_come_from_the_store_and_can_be_changed(store):
    talk(ChatMemory(FakeClient(), "Be brief.", conversation=store.open("ana"), model="gpt-4", **SIZES), 1)
    client = FakeClient()
    talk(ChatMemory.resume(client, store.open("ana"), system="Be long."), 1)
    assert client.requests[0]["model"] == "gpt-4"
    assert client.requests[0]["messages"][0] == {"role": "system", "content": "Be long."}
    assert store.open("ana").load().settings["system"] == "Be long."


def test_async_methods_save_too(store):
    async def ask():
        memory = ChatMemory(FakeAsyncClient(), conversation=store.open("ana"))
        await memory.ask_async("One")
        return memory.messages

    assert asyncio.run(ask()) == store.open("ana").messages()


class Elsewhere:
    """A conversation that takes its time to save, and notes in which thread."""

    def __init__(self, conversation):
        self.conversation, self.threads, self.saving = conversation, [], Event()

    def load(self):
        return self.conversation.load()

    def append(self, *args, **more):
        self.threads.append(get_ident())
        self.saving.set()
        sleep(0.05)
        return self.conversation.append(*args, **more)


def test_async_methods_let_other_tasks_go_on_while_they_save(store):
    conversation = Elsewhere(store.open("ana"))
    asyncio.run(ChatMemory(FakeAsyncClient(), conversation=conversation).ask_async("One"))
    assert len(conversation.threads) == 1 and get_ident() not in conversation.threads


def test_a_task_that_is_cancelled_while_it_saves_has_saved_and_kept(store):
    async def cancelled_while_saving(memory, conversation):
        task = asyncio.create_task(memory.ask_async("One"))
        while not conversation.saving.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert memory.messages == store.open("ana").messages() != []
        await memory.ask_async("Two")

    conversation = Elsewhere(store.open("ana"))
    memory = ChatMemory(FakeAsyncClient(), conversation=conversation)
    asyncio.run(cancelled_while_saving(memory, conversation))
    assert memory.messages == store.open("ana").messages() and len(memory.messages) == 4


def test_whatever_keeps_a_turn_from_being_saved_the_reply_is_not_lost(database_url):
    def broken(text):
        raise KeyError("clean is broken")

    with ConversationStore(database_url, clean=broken) as store:
        memory = ChatMemory(FakeClient(), conversation=store.open("ana"))
        with pytest.raises(KeyError) as error:
            memory.ask("One")
        assert error.value.reply == "Noted." and memory.messages == [] and store.ids() == []


def test_a_turn_that_fails_is_not_saved(store):
    memory = ChatMemory(FakeClient(), conversation=store.open("ana"))
    memory.ask("One")
    memory._client = FakeClient(lambda messages: "")
    with pytest.raises(RuntimeError):
        memory.ask("Two")
    assert [message["content"] for message in store.open("ana").messages()] == ["One", "Noted."]


def test_nothing_is_written_before_the_first_turn(store):
    ChatMemory(FakeClient(), conversation=store.open("ana"))
    assert store.ids() == []
    with pytest.raises(LookupError, match="no conversation 'ana'"):
        ChatMemory.resume(FakeClient(), store.open("ana"))


def test_a_summary_that_is_too_long_for_the_new_settings_is_summarised_again(store):
    store.open("ana").append(TURN, summary="Many words. " * 60, folded=0)
    client = FakeClient(
        lambda messages: "Short." if "summary of a conversation" in messages[0]["content"] else "Noted."
    )
    memory = ChatMemory(client, conversation=store.open("ana"), **SIZES)
    assert memory.summary.startswith("Many words.")
    talk(memory, 12)
    assert memory.summary == "Short."
    assert all(count_tokens(request["messages"]) <= SIZES["max_tokens"] for request in client.requests)


def test_a_summary_that_is_too_long_does_not_break_a_memory_whose_summariser_fails(store):
    def reply(messages):
        return "" if "summary of a conversation" in messages[0]["content"] else "Noted."

    store.open("ana").append(TURN, summary="Many words. " * 60, folded=0)
    client = FakeClient(reply)
    talk(ChatMemory(client, conversation=store.open("ana"), **SIZES), 12)
    assert all(count_tokens(request["messages"]) <= SIZES["max_tokens"] for request in client.requests)


def test_a_cleaned_summary_may_have_more_tokens_than_the_cap(database_url):
    with ConversationStore(database_url, clean=lambda text: text.replace("1", "[a number removed]")) as store:
        memory = ChatMemory(FakeClient(lambda messages: "1 " * 18), conversation=store.open("ana"), **SIZES)
        talk(memory, 30)
        assert memory.summary
        talk(ChatMemory.resume(FakeClient(), store.open("ana")), 3)


# ---- ids ----

IDS = [
    "../../etc/passwd",
    "x'; DROP TABLE chat_messages; --",
    "CON",
    "%",
    "_",
    "Ana",
    "ana",
    "ana ",
    "é",
    "e\u0301",
    "👻" * 200,
]


def test_an_id_is_any_text_and_means_itself_alone(store):
    for number, id in enumerate(IDS):
        store.open(id).append([{"role": "user", "content": str(number)}])
    assert sorted(store.ids()) == sorted(IDS)
    for number, id in enumerate(IDS):
        assert store.open(id).messages() == [{"role": "user", "content": str(number)}]
    store.delete("%")
    assert sorted(store.ids()) == sorted(set(IDS) - {"%"})


@pytest.mark.parametrize("id", ["", "x" * 201, "a\0b", "\ud83d"])
def test_what_is_no_id_is_refused(store, id):
    with pytest.raises(ValueError, match="A conversation's id"):
        store.open(id)
    with pytest.raises(TypeError, match="is text, not int"):
        store.open(7)


def test_the_newest_conversation_comes_first_and_a_deleted_one_is_gone(store):
    for id in ("a", "b", "a"):
        store.open(id).append(TURN)
    assert store.ids() == ["a", "b"]
    store.delete("a")
    assert (store.ids(), store.open("a").messages(), store.open("a").load()) == (["b"], [], None)
    with pytest.raises(LookupError, match="no conversation 'a'"):
        store.delete("b", "a")
    assert store.ids() == ["b"]


# ---- somebody else was quicker ----


def test_the_second_writer_is_told_and_nothing_is_lost(store):
    ours = ChatMemory(FakeClient(), conversation=store.open("ana"))
    theirs = ChatMemory(FakeClient(), conversation=store.open("ana"))
    ours.ask("Ours")
    with pytest.raises(ConflictError, match="it has 1 turn by now, and this program knows 0") as error:
        theirs.ask("Theirs")
    assert error.value.reply == "Noted." and theirs.messages == []
    theirs = ChatMemory.resume(FakeClient(), store.open("ana"))
    theirs.ask("Theirs")
    assert [message["content"] for message in store.open("ana").messages()] == ["Ours", "Noted.", "Theirs", "Noted."]


def test_a_conversation_that_was_deleted_meanwhile_is_not_made_again_in_part(store):
    memory = ChatMemory(FakeClient(), conversation=store.open("ana"))
    memory.ask("One")
    store.delete("ana")
    with pytest.raises(ConflictError, match="has been deleted"):
        memory.ask("Two")
    assert store.ids() == []


def test_a_conversation_that_was_deleted_and_begun_anew_is_another_one(store):
    old = ChatMemory(FakeClient(), conversation=store.open("ana"))
    talk(old, 2)
    store.delete("ana")
    new = ChatMemory(FakeClient(), conversation=store.open("ana"))
    talk(new, 2)
    with pytest.raises(ConflictError, match="has been deleted"):
        old.ask("Secret")
    assert len(store.open("ana").messages()) == 4
    new.ask("Go on")


def test_threads_that_append_lose_nothing(store):
    def add(name: str) -> None:
        for number in range(10):
            store.open("ana").append(
                [{"role": "user", "content": f"{name}{number}"}, {"role": "assistant", "content": name}]
            )

    threads = [Thread(target=add, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns = store.open("ana").load().recent
    assert all(len(turn) == 2 and turn[0]["content"][0] == turn[1]["content"] for turn in turns)
    said = [turn[0]["content"] for turn in turns]
    assert [[text for text in said if text[0] == name] for name in "abc"] == [
        [f"{n}{i}" for i in range(10)] for n in "abc"
    ]


# ---- what cannot be saved or read ----


@pytest.mark.parametrize("content", [(1, 2), {1: 2}, float("nan"), b"bytes", object(), "\ud83d\ude00"])
def test_what_would_not_come_back_as_it_is_is_refused(store, content):
    with pytest.raises(TypeError, match=r"messages\[1\] cannot be saved"):
        store.open("a").append([TURN[0], {"role": "user", "content": content}])
    with pytest.raises(ValueError, match="at least one message"):
        store.open("a").append([])
    assert store.ids() == []


@pytest.mark.parametrize("turn", [{"role": "user", "content": "x"}, [{"content": "x"}], ["x"], [None], [{"role": 1}]])
def test_what_is_no_message_is_refused(store, turn):
    with pytest.raises((TypeError, ValueError), match=r"messages\[0\]"):
        store.open("a").append(turn)
    assert store.ids() == []


@pytest.mark.parametrize("folded", [-1, 2, True, "1"])
def test_no_more_turns_are_folded_than_there_are(store, folded):
    with pytest.raises((TypeError, ValueError), match="folded"):
        store.open("a").append(TURN, folded=folded)
    assert store.ids() == []


def test_a_message_that_is_nested_too_deep_is_refused(store):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(TypeError, match="cannot be saved"):
        store.open("a").append([{"role": "user", "content": deep}])


def nested(layers: int, make) -> object:
    value = "x"
    for _ in range(layers):
        value = make(value)
    return value


@pytest.mark.parametrize("make", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_what_is_saved_is_never_nested_too_deep_to_be_read(sqlite_url, make):
    with ConversationStore(sqlite_url) as store:
        deep = {"role": "user", "content": "Hi", "more": nested(99, make)}
        store.open("ana").append([deep])
        assert store.open("ana").load().recent == [[deep]]
        for layers in (100, 300, 600, 900):
            with pytest.raises(TypeError, match="at most 100 within each other"):
                store.open("ana").append([deep | {"more": nested(layers, make)}])
        with pytest.raises(TypeError, match="a number that is too long"):
            store.open("ana").append([deep | {"more": 10**5_000}])
        assert store.open("ana").messages() == [deep]


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"Hello" * 300, lambda data: data[:700]]
)
def test_a_damaged_file_is_reported_and_left_as_it_is(tmp_path, damage):
    path = tmp_path / "chats.db"
    with ConversationStore(path) as store:
        for number in range(20):
            store.open(str(number)).append(TURN)
    path.write_bytes(left := damage(path.read_bytes()))
    with pytest.raises(DamagedStore, match=r"chats\.db is no database, or a damaged one .* It was left as it is\."):
        ConversationStore(path)
    assert path.read_bytes() == left and list(tmp_path.iterdir()) == [path]


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """The bytes of a store with conversations and facts, and what was said in them."""
    path = tmp_path_factory.mktemp("used") / "chats.db"
    with ConversationStore(path) as store:
        for id in ("a", "b"):
            talk(ChatMemory(FakeClient(), conversation=store.open(id), **SIZES), 8)
        for number in range(12):
            UserFacts(store, "ana").add(f"The user has a dog called Rex {number}.")
        said = store.open("a").messages()
    return SimpleNamespace(whole=memoryview(path.read_bytes()), said=memoryview(json.dumps(said).encode()))


def use(path) -> list:
    """Do all that can be done with a store, and return what it was that was said."""
    said = []
    with ConversationStore(path) as store:
        facts = UserFacts(store, "ana")
        deeds = [store.ids, facts.record, lambda: facts.find("dog"), store.check]
        deeds += [lambda: said.extend(store.open("a").messages())]
        deeds += [
            lambda: ChatMemory.resume(FakeClient(), store.open("b")).ask("More?"),
            lambda: facts.add("The user sings."),
        ]
        deeds += [lambda: facts.correct(2, "The user has no dog."), lambda: facts.forget(3), lambda: store.delete("b")]
        for deed in deeds:
            with suppress(StoreError, LookupError):
                deed()
    return said


@settings(parent=REPEATABLE, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(page=st.integers(0, 30), start=st.integers(0, 4095), length=st.sampled_from([1, 8, 64, 700, 4096, 9000]))
def test_whatever_stretch_of_a_file_is_zeros_it_is_a_store_error_and_no_word_is_lost_in_silence(
    used, tmp_path, page, start, length
):
    whole, said = bytes(used.whole), json.loads(bytes(used.said))
    at = (4096 * page + start) % len(whole)
    path = tmp_path / "zeros.db"
    path.write_bytes(whole[:at] + bytes(min(length, len(whole) - at)) + whole[at + length :])
    with suppress(StoreError):
        assert use(path) in ([], said)


DAMAGE = {
    "UPDATE chat_messages SET body = '[]' WHERE turn = 1": "turn 2 cannot be read",
    "UPDATE chat_messages SET body = 'null' WHERE turn = 1": "turn 2 cannot be read",
    "UPDATE chat_messages SET body = '{}' WHERE turn = 1": "turn 2 cannot be read",
    """UPDATE chat_messages SET body = '{"role": 7}' WHERE turn = 1""": "turn 2 cannot be read",
    "DELETE FROM chat_messages WHERE turn = 1": "turn 2 of its 3 turns is not there",
    "DELETE FROM chat_messages WHERE turn = 2": "turn 3 of its 3 turns is not there",
    "UPDATE chat_messages SET turn = 7 WHERE turn = 2": "turn 3 of its 3 turns is not there",
    "UPDATE chat_conversations SET turns = 2": "its 2 turns",
    "UPDATE chat_conversations SET folded = 4": "its numbers cannot be",
    "UPDATE chat_conversations SET folded = -1": "its numbers cannot be",
    "UPDATE chat_conversations SET settings = '[]'": "its settings cannot be read",
    "UPDATE chat_conversations SET settings = '7'": "its settings cannot be read",
    """UPDATE chat_conversations SET settings = '{"max_tokens": "400"}'""": "max_tokens in its settings is '400'",
    """UPDATE chat_conversations SET settings = '{"keep_recent": true}'""": "keep_recent in its settings is True",
    """UPDATE chat_conversations SET settings = '{"keep_rxxent": 2}'""": "settings that ChatMemory does not know: keep_rxxent",
    "UPDATE chat_conversations SET summary = '{}'": "its summary cannot be read",
    "UPDATE chat_conversations SET summary = 'null'": "its summary cannot be read",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_rows_that_hold_something_else_are_damage_and_are_said_to_be(shared_store, damage):
    talk(ChatMemory(FakeClient(), conversation=shared_store.open("ana")), 3)
    with shared_store.database.writing() as connection:
        connection.execute(sa.text(damage.replace(":", r"\:")))
    with pytest.raises(DamagedStore, match=f"(?:{DAMAGE[damage]}).*Put a backup"):
        ChatMemory.resume(FakeClient(), shared_store.open("ana"))
    shared_store.delete("ana")


def test_a_full_disk_is_said_to_be_full_and_nothing_is_saved_in_part(tmp_path):
    with ConversationStore(tmp_path / "chats.db") as store:
        store.open("ana").append(TURN)
        with store.database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        full = f"PRAGMA max_page_count = {pages}"
        sa.event.listen(store.database._engine, "connect", lambda connection, _: connection.execute(full))
        with pytest.raises(StoreError, match=r"The disk is full\. Make room and try again"):
            store.open("ana").append([{"role": "user", "content": "x" * 100_000}])
        assert store.open("ana").messages() == TURN


def test_a_folder_or_a_store_without_one_of_its_tables_is_said_to_be_that(tmp_path):
    with pytest.raises(StoreError, match=r"is a folder\. Name a file in it"):
        ConversationStore(tmp_path)
    with ConversationStore(tmp_path / "chats.db") as store:
        with store.database.writing() as connection:
            connection.execute(sa.text("DROP TABLE chat_messages"))
        with pytest.raises(DamagedStore, match="no such table"):
            store.open("ana").append(TURN)


@pytest.mark.parametrize("missing", [1, 100, 4095])
def test_a_cut_in_the_last_page_is_noticed(tmp_path, missing):
    path = tmp_path / "chats.db"
    with ConversationStore(path) as store:
        store.open("ana").append(TURN)
    path.write_bytes(left := path.read_bytes()[:-missing])
    with pytest.raises(DamagedStore, match="its last page is missing"):
        ConversationStore(path)
    assert path.read_bytes() == left


def test_damage_in_the_middle_is_found_by_a_check(tmp_path):
    path = tmp_path / "chats.db"
    with ConversationStore(path) as store:
        for number in range(100):
            store.open(str(number)).append([{"role": "user", "content": "word " * 100}])
        store.check()
        data = bytearray(path.read_bytes())
        data[4096 * 12 : 4096 * 13] = b"\xff" * 4096
        path.write_bytes(data)
        with pytest.raises(DamagedStore, match="damaged"):
            store.check()


def test_a_message_that_cannot_be_read_is_named(store):
    store.open("ana").append(TURN)
    with store.database.writing() as connection:
        connection.execute(sa.text("UPDATE chat_messages SET body = '{\"role'"))
    with pytest.raises(DamagedStore, match="turn 1 cannot be read"):
        store.open("ana").load()


def test_a_newer_database_is_reported_and_left_as_it_is(store, database_url):
    with store.database.writing() as connection:
        connection.execute(sa.update(schema.version).values(version=99))
    with pytest.raises(NewerStore, match="version 99, and this one knows them up to version 5"):
        ConversationStore(database_url)


@pytest.mark.parametrize(
    "rows", ["(version INTEGER)", "(version TEXT); INSERT INTO chat_schema VALUES ('one')", "(a INTEGER, b INTEGER)"]
)
def test_a_table_of_somebody_else_is_reported(tmp_path, rows):
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as connection:
        connection.executescript(f"CREATE TABLE chat_schema {rows}")
    with pytest.raises(StoreError, match="that chat_memory has not made"):
        ConversationStore(tmp_path / "theirs.db")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://localhost/chats", "on SQLite or PostgreSQL, not on mysql"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        (":memory:", "in memory"),
        ("", "in memory"),
        ("sqlite:///file::memory:?uri=true", "in memory"),
        ("sqlite:///file:chats?mode=memory&uri=true", "in memory"),
        ("sqlite://host/chats.db", "three slashes"),
        ("postgresql://host:port/chats", "cannot be read"),
        ("://", "cannot be read"),
    ],
)
def test_a_url_that_is_none_is_refused(url, problem):
    with pytest.raises(ValueError, match=problem):
        ConversationStore(url)


def test_errors_hold_no_password_and_no_message(tmp_path, store):
    with pytest.raises(StoreError, match=r"could not be used: unable to open .* Does its folder exist") as error:
        ConversationStore(tmp_path / "missing" / "chats.db")
    with pytest.raises(StoreError, match="could not be used") as error:
        ConversationStore("postgresql://ana:secret@127.0.0.1:1/chats")
    assert "secret" not in str(error.value)
    with store.database.writing() as connection:
        connection.execute(sa.text("DROP TABLE chat_messages"))
    with pytest.raises(StoreError) as error:
        store.open("ana").append([{"role": "user", "content": "private"}])
    assert "private" not in str(error.value) and store.ids() == []


def test_a_file_that_may_only_be_read_is_said_to_be(tmp_path, monkeypatch):
    with ConversationStore(tmp_path / "chats.db") as store:
        store.open("ana").append(TURN)
    with ConversationStore(f"sqlite:///file:{tmp_path / 'chats.db'}?mode=ro&uri=true") as store:
        assert store.open("ana").messages() == TURN
        with pytest.raises(StoreError, match="It may only be read"):
            store.open("ana").append(TURN)


# ---- what is written ----


def test_texts_are_cleaned_before_they_are_written(database_url):
    with ConversationStore(database_url, clean=lambda text: text.replace("4242", "[number]")) as store:
        client = FakeClient(lambda messages: "Is it 4242?")
        memory = ChatMemory(client, "Say 4242.", conversation=store.open("ana"))
        memory.ask("My number is 4242.")
        assert memory.messages[1]["content"] == "My number is 4242."
        parts = {"role": "user", "content": [{"type": "text", "text": "4242"}]}
        store.open("ana").append([parts], summary="Number 4242.")
        saved = store.open("ana").load()
        assert "4242" not in str(saved) and "4242" in str(parts)
        assert saved.recent[0][1]["content"] == "Is it [number]?"


def forgets_to_return(text):
    text.replace("secret", "…")


async def asynchronous(text):
    return text


WRONG = [forgets_to_return, asynchronous, redact, str.split, str.encode, len, lambda text: [text], lambda text: None]


@pytest.mark.parametrize("clean", WRONG)
def test_a_clean_that_returns_no_text_is_named_and_nothing_is_saved_or_lost(shared_store, clean):
    store = ConversationStore(shared_store.database.url.render_as_string(hide_password=False), clean=clean)
    client = FakeClient()
    memory = ChatMemory(client, conversation=store.open("ana"))
    with pytest.raises(TypeError, match=r"given as clean \(.*\) returned .* It must return a text") as error:
        memory.ask("My name is Ana.")
    assert error.value.reply == "Noted." and memory.messages == [] and store.ids() == []
    with pytest.raises(TypeError, match="given as clean"):
        UserFacts(store, "ana").add("The user is called Ana.")
    assert UserFacts(store, "ana").record() == []
    store.close()
    memory = ChatMemory(client, conversation=shared_store.open("ana"))
    memory.ask("My name is Ana.")
    assert shared_store.open("ana").messages() == memory.messages and len(memory.messages) == 2
    shared_store.delete("ana")


def test_what_a_clean_raises_passes_where_it_takes_no_notes(sqlite_url):
    @dataclass(frozen=True)
    class Fixed(Exception):
        code: int

    def broken(text):
        raise Fixed(7)

    with ConversationStore(sqlite_url, clean=broken) as store, pytest.raises(Fixed):
        store.open("ana").append(TURN)


@pytest.mark.parametrize("error", [ValueError("mine"), TypeError("mine"), RuntimeError("mine")])
def test_what_a_clean_raises_passes_with_a_note_of_where_it_comes_from(sqlite_url, error):
    def broken(text):
        raise error

    with ConversationStore(sqlite_url, clean=broken) as store:
        with pytest.raises(type(error), match="mine") as caught:
            store.open("ana").append(TURN)
        assert "given as clean (" in caught.value.__notes__[0] and "Nothing was saved" in caught.value.__notes__[0]
        assert store.ids() == []


@pytest.mark.parametrize("clean", [None, "redacted", 7])
def test_a_clean_that_is_no_function_is_refused_before_anything_is_made(tmp_path, clean):
    with pytest.raises(TypeError, match="clean must be a function"):
        ConversationStore(tmp_path / "chats.db", clean=clean)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("clean", [str.upper, lambda text: "x", lambda text: ""])
def test_a_clean_changes_words_but_no_role_and_no_type(tmp_path, clean):
    parts = [{"type": "text", "text": "Look"}]
    with ConversationStore(tmp_path / "chats.db", clean=clean) as store:
        store.open("ana").append([{"role": "user", "content": parts}, {"role": "assistant", "content": "Hi"}])
        assert store.open("ana").messages() == [
            {"role": "user", "content": [{"type": "text", "text": clean("Look")}]},
            {"role": "assistant", "content": clean("Hi")},
        ]


@pytest.mark.parametrize("clean", [str.upper, lambda text: "x y", lambda text: "", lambda text: "\ud83d"])
def test_a_clean_does_not_touch_what_a_request_could_not_be_sent_without(tmp_path, clean):
    old = {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}}
    results = [{"role": "tool", "tool_call_id": "call_1", "content": "Sun"}, {"role": "function", "name": "weather"}]
    turn = [
        {"role": "user", "content": "Hi", "name": "ana"},
        {"role": "assistant", "tool_calls": [CALL]},
        old,
        *results,
    ]
    with ConversationStore(tmp_path / "chats.db", clean=clean) as store:
        store.open("ana").append(turn, settings={"system": "Be brief.", "model": "gpt-4o"})
        user, call, older, *answers = store.open("ana").messages()
        assert call["tool_calls"][0]["id"] == answers[0]["tool_call_id"] == "call_1"
        assert (
            call["tool_calls"][0]["function"]["name"]
            == older["function_call"]["name"]
            == answers[1]["name"]
            == "weather"
        )
        assert call["tool_calls"][0]["function"]["arguments"] == clean(CALL["function"]["arguments"])
        assert (user["name"], answers[0]["content"]) == (clean("ana"), clean("Sun"))
        assert store.open("ana").load().settings["model"] == "gpt-4o"


def test_what_is_deleted_leaves_the_file(tmp_path):
    path = tmp_path / "chats.db"
    with ConversationStore(path) as store:
        store.open("keep").append(TURN)
        store.open("ana").append([{"role": "user", "content": "a secret word" * 10_000}])
        before = path.stat().st_size
        with store.database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA secure_delete").scalar_one() == 1
        store.delete("ana")
    assert b"a secret word" not in path.read_bytes() and [file.name for file in tmp_path.iterdir()] == ["chats.db"]
    assert path.stat().st_size < before - 100_000  # written anew, as secure_delete does not reach every copy


def test_what_is_deleted_leaves_the_file_beside_it_too(tmp_path):
    with ConversationStore(tmp_path / "chats.db") as store, closing(sqlite3.connect(tmp_path / "chats.db")) as other:
        other.execute("PRAGMA journal_mode = WAL")
        store.open("ana").append([{"role": "user", "content": "a secret word"}])
        store.delete("ana")
        assert not any(b"a secret word" in file.read_bytes() for file in tmp_path.iterdir())


# ---- versions ----


def shape(url: str) -> dict:
    engine = sa.create_engine(url)
    try:
        tables = sa.inspect(engine)
        return {
            table: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in tables.get_columns(table)],
                tables.get_pk_constraint(table)["constrained_columns"],
                sorted(index["name"] for index in tables.get_indexes(table)),
            )
            for table in sorted(tables.get_table_names())
        }
    finally:
        engine.dispose()


def test_a_store_of_the_first_version_is_upgraded_and_goes_on(database_url):
    first_version(database_url)
    with ConversationStore(database_url) as store:
        memory = ChatMemory.resume(FakeClient(), store.open("ana"))
        assert memory.summary == "The user is called Ana."
        assert memory.messages[-2:] == SAID[2:]
        memory.ask("Still there?")
        assert store.open("ana").messages()[:-2] == SAID
        with store.database.reading() as connection:
            assert schema.version_of(connection) == schema.VERSION


def test_the_facts_of_the_second_version_are_found_as_if_they_were_new(database_url):
    second_version(database_url)
    with ConversationStore(database_url) as store:
        ana, bo = UserFacts(store, "ana"), UserFacts(store, "bo")
        assert [fact.id for fact in ana.record()] == [1, 2, 3] and store.open("ana").messages() == SAID
        assert [[fact.id for fact in ana.find(words)] for words in ("lodz", "ŁÓDŹ", "北京", "Who is Will?")] == [
            [1],
            [1],
            [],  # it is replaced
            [3],
        ]
        assert [fact.text for fact in bo.find("who is don")] == ["The user's brother is Don."]
        ana.correct(3, "The user's brother is Mark, in 北京.")
        assert ana.find("Who is Will?") == [] and [fact.id for fact in ana.find("北京")] == [5]
        ana.forget_all()
        assert ana.find("Łódź") == [] and len(bo.known()) == 1
        store.check()


@pytest.mark.parametrize("older", [first_version, second_version, third_version, fourth_version])
def test_an_upgraded_store_has_the_tables_of_a_new_one(database_url, tmp_path, older, request):
    older(database_url)
    ConversationStore(database_url).close()
    new_url = f"sqlite:///{tmp_path / 'new.db'}"
    with ExitStack() as stack:
        if "sqlite" not in database_url:
            new_url = stack.enter_context(request.getfixturevalue("postgresql").new_database())
        ConversationStore(new_url).close()
        assert shape(database_url) == shape(new_url)


def test_an_upgrade_that_fails_changes_nothing(database_url, monkeypatch):
    def fails(connection):
        connection.exec_driver_sql("CREATE TABLE half_done (x INTEGER)")
        raise RuntimeError("the disk is full")

    first_version(database_url)
    before = shape(database_url)
    monkeypatch.setattr(schema, "STEPS", [*schema.STEPS[:1], fails])
    with pytest.raises(RuntimeError, match="the disk is full"):
        ConversationStore(database_url)
    assert shape(database_url) == before
    monkeypatch.undo()
    assert ConversationStore(database_url).open("ana").load().folded == 1


def test_the_library_can_be_imported_without_a_database(tmp_path):
    code = "import sys, chat_memory; assert not {'sqlalchemy', 'sqlite3', 'psycopg'} & set(sys.modules), sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_a_store_is_a_plain_sqlite_file_that_other_programs_read(tmp_path):
    with ConversationStore(tmp_path / "chats.db") as store:
        store.open("ana").append(TURN)
    with sqlite3.connect(tmp_path / "chats.db") as connection:
        rows = connection.execute("SELECT turn, place, json_extract(body, '$.role') FROM chat_messages").fetchall()
    connection.close()
    assert rows == [(0, 0, "user"), (0, 1, "assistant")]
