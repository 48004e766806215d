"""A turn that is taken back is gone, and all is as it was before it; what branches off goes its own way."""

import asyncio
import sqlite3
from contextlib import closing
from copy import deepcopy
from itertools import count

import pytest

from chat_memory import ChatMemory
from chat_memory.errors import ConflictError, StoreError
from chat_memory.replies.usage import Usage
from chat_memory.store import ConversationStore
from chat_memory.store.database import Database

from .fake_client import FakeAsyncClient, FakeClient
from .talks import RECAP, is_summary, turn
from .versions import SAID, first_version, second_version, third_version

SIZES = {"max_tokens": 400, "keep_recent": 2}


def telling():
    """A client whose summaries are all different ones."""
    number = count(1)
    return FakeClient(lambda said: f"Summary {next(number)}." if is_summary({"messages": said}) else "Noted.")


def state(memory):
    return memory.messages, memory.summary, memory._kept.tokens, memory._kept.folded


def talk(memory, turns):
    """Ask questions; returns what there was before each."""
    before = []
    for number in range(turns):
        before.append(state(memory))
        memory.ask(f"This is question {number}, with a few more words in it.")
    return before


@pytest.fixture
def store(database_url):
    with ConversationStore(database_url) as store:
        yield store


@pytest.mark.parametrize("kind", ["unsaved", "saved", "resumed", "branched", "branched into a store"])
def test_turns_are_taken_back_one_by_one_to_the_first_and_summaries_with_them(store, kind):
    saved = kind in ("saved", "resumed")
    memory = ChatMemory(telling(), "Be brief.", conversation=store.open("ana") if saved else None, **SIZES)
    before = talk(memory, 30)
    assert len({summary for _, summary, *_ in before}) >= 3
    if kind == "resumed":
        memory = ChatMemory.resume(telling(), store.open("ana"))
    if kind.startswith("branched"):
        memory = memory.branch(store.open("other") if kind.endswith("store") else None)
    for number in reversed(range(30)):
        assert memory.undo() == f"This is question {number}, with a few more words in it."
        assert state(memory) == before[number]
    with pytest.raises(LookupError, match="no turn that could be taken back"):
        memory.undo()
    memory.ask("Hello")
    assert memory.messages[1:] == turn("Hello", "Noted.")


def test_to_ask_again_and_to_edit_a_question(store):
    replies = iter(["One.", "Two.", "Three."])
    memory = ChatMemory(FakeClient(lambda said: next(replies)), conversation=store.open("ana"))
    memory.ask("Which number?")
    question = memory.undo()
    assert memory.ask(question) == "Two."
    memory.undo()
    memory.ask("Which other number?")
    assert store.open("ana").messages() == memory.messages == turn("Which other number?", "Three.")


def test_the_question_is_given_back_as_it_was_asked_whatever_the_store_has_cleaned(database_url):
    with ConversationStore(database_url, clean=lambda text: text.replace("4242", "[number]")) as store:
        memory = ChatMemory(FakeClient(), conversation=store.open("ana"))
        memory.ask("My number is 4242.")
        resumed = ChatMemory.resume(FakeClient(), store.open("ana"))
        assert memory.undo() == "My number is 4242."
        with pytest.raises(ConflictError):
            resumed.undo()


PARTS = [{"type": "text", "text": "Look at this"}, {"type": "text", "text": "and at that"}]


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ([{"role": "user", "content": PARTS}, {"role": "assistant", "content": "Yes."}], PARTS),
        ([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}], "Hi"),
        ([{"role": "assistant", "content": "Welcome."}], ""),
        ([{"role": "user", "content": None}], ""),
    ],
)
def test_the_question_of_a_turn_that_another_program_has_saved(store, said, question):
    store.open("ana").append(said)
    memory = ChatMemory.resume(FakeClient(), store.open("ana"))
    assert memory.undo() in (question, "Look at thisand at that", "Look at this\nand at that")
    assert memory.messages == [] and store.open("ana").messages() == []


def test_a_picture_is_given_back_as_it_was_asked_also_by_a_memory_that_knows_it_in_words(store):
    question = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
    ]
    memory = ChatMemory(FakeClient(), model="some-model", part_tokens=lambda part: 70, conversation=store.open("ana"))
    memory.ask(question)
    resumed = ChatMemory.resume(FakeClient(), store.open("ana"))
    assert resumed.messages[0]["content"][1] == {"type": "text", "text": "[picture https://example.org/cat.png]"}
    assert resumed.undo() == question and resumed.messages == store.open("ana").messages() == []


# ---- whoever knows what was taken back is told ----


def test_another_turn_in_the_place_of_one_that_was_taken_back_is_another_one(store):
    ours, conversation = ChatMemory(FakeClient(), conversation=store.open("ana")), store.open("ana")
    ours.ask("One")
    theirs = ChatMemory.resume(FakeClient(), store.open("ana"))
    known = conversation.load().position
    ours.undo()
    ours.ask("Two")
    assert conversation.load().position != known and conversation.load().position[:2] == known[:2]
    for late in (
        lambda: theirs.ask("And?"),
        theirs.undo,
        lambda: theirs.branch(store.open("b")),
        lambda: conversation.append(turn("And?", "No."), after=known),
        lambda: conversation.take_back(after=known),
        lambda: conversation.history(after=known),
    ):
        with pytest.raises(ConflictError, match="turns have been taken back that this program knows"):
            late()
    assert conversation.messages() == turn("Two", "Noted.") and store.ids() == ["ana"]


def test_a_memory_that_was_empty_does_not_go_on_in_one_that_was_emptied(store):
    theirs = ChatMemory(FakeClient(), conversation=store.open("ana"))
    ours = ChatMemory(FakeClient(), conversation=store.open("ana"))
    ours.ask("One")
    with pytest.raises(ConflictError, match="it has 1 turn by now, and this program knows 0"):
        theirs.undo()
    ours.undo()
    with pytest.raises(ConflictError, match="taken back"):
        theirs.ask("Two")
    ours.ask("Two")


def test_what_was_deleted_or_never_was_cannot_be_taken_back(store):
    memory = ChatMemory(FakeClient(), conversation=store.open("ana"))
    with pytest.raises(LookupError, match="no turn"):
        memory.undo()
    memory.ask("One")
    store.delete("ana")
    with pytest.raises(ConflictError, match="has been deleted"):
        memory.undo()
    assert memory.messages == turn("One", "Noted.") and store.ids() == []


def test_a_question_that_is_on_its_way_meanwhile_is_not_kept():
    memory = ChatMemory(FakeClient())
    memory.ask("One")
    memory._client = FakeClient(lambda said: memory.undo())
    with pytest.raises(ConflictError):
        memory.ask("Two")
    assert memory.messages == []


# ---- nothing is lost ----


@pytest.mark.parametrize("older", [first_version, second_version, third_version])
def test_what_an_older_version_has_summarised_is_said_to_be_beyond_taking_back(database_url, older):
    older(database_url)
    with ConversationStore(database_url) as store:
        memory = ChatMemory.resume(FakeClient(), store.open("ana"))
        memory.ask("Still there?")
        assert (memory.undo(), memory.undo()) == ("Still there?", SAID[2]["content"])
        for _ in range(2):
            now = state(memory)
            with pytest.raises(
                StoreError, match=r"Turn 1 .* cannot be taken back: the summary stands for it.*older version"
            ):
                memory.undo()
            assert state(memory) == now and store.open("ana").messages() == SAID[:2]
        memory.ask("Go on")
        assert store.open("ana").messages() == [*SAID[:2], *turn("Go on", "Noted.")]


def test_a_branch_without_a_store_says_which_turns_it_does_not_know(store):
    talk(ChatMemory(telling(), conversation=store.open("ana"), **SIZES), 20)
    memory = ChatMemory.resume(telling(), store.open("ana"))
    branch = memory.branch()
    known = len(branch.messages) // 2 - 1
    for _ in range(known):
        branch.undo()
    assert branch.messages == [RECAP, {"role": "assistant", "content": memory.summary}]
    with pytest.raises(LookupError, match=rf"knows the {20 - known} turns before from their summary alone"):
        branch.undo()
    with pytest.raises(LookupError, match=rf"its first {20 - known} turns from the summary alone"):
        branch.branch(store.open("other"))
    assert store.ids() == ["ana"]


def test_a_turn_that_cannot_be_read_is_not_taken_back(tmp_path):
    with ConversationStore(tmp_path / "chats.db") as store:
        memory = ChatMemory(FakeClient(), conversation=store.open("ana"))
        talk(memory, 2)
        with closing(sqlite3.connect(tmp_path / "chats.db")) as connection, connection:
            connection.execute("UPDATE chat_messages SET body = '[]' WHERE turn = 1 AND place = 1")
        now = state(memory)
        with pytest.raises(StoreError, match="turn 2 cannot be read"):
            memory.undo()
        assert state(memory) == now


def test_nothing_is_taken_back_where_what_is_left_cannot_be_counted(store):
    fails = []

    def count(text):
        if fails:
            raise RuntimeError("The tokenizer is down.")
        return len(text) // 4

    memory = ChatMemory(telling(), conversation=store.open("ana"), count=count, **SIZES)
    before = []
    while len({summary for _, summary, *_ in before}) < 2:
        before.append(state(memory))
        memory.ask(f"This is question {len(before)}, with a few more words in it.")
    memory.undo()
    memory = ChatMemory.resume(telling(), store.open("ana"), count=lambda text: count(text))
    now, saved = state(memory), store.open("ana").messages()
    fails.append(True)
    with pytest.raises(RuntimeError, match="tokenizer is down"):
        memory.undo()
    assert state(memory) == now and store.open("ana").messages() == saved
    fails.clear()
    assert memory.undo() == saved[-2]["content"]


# ---- what is taken back leaves the file ----


def test_no_byte_of_what_is_taken_back_is_left_once_the_file_is_written_anew(tmp_path):
    path = tmp_path / "chats.db"
    with ConversationStore(path) as store:
        conversation = store.open("ana")
        for number in range(40):
            conversation.append(turn(f"Question {number}", "word " * 50))
        conversation.append(turn("A secret word", "another secret word " * 400))
        taken = conversation.take_back()
        assert taken.turn[0]["content"] == "A secret word" and taken.left.position == (1, 40, 1)
        store.database.write_anew()
        assert b"secret word" not in path.read_bytes() and len(conversation.messages()) == 80


# ---- branches ----


def test_a_branch_goes_its_own_way_in_a_conversation_of_its_own(store, tmp_path):
    memory = ChatMemory(telling(), "Be brief.", conversation=store.open("ana"), **SIZES)
    talk(memory, 20)
    with ConversationStore(tmp_path / "others.db", clean=str.upper) as others:
        for other in (store.open("branch"), others.open("branch")):
            branch, said = memory.branch(other), memory.messages
            branch.ask("Where does this lead?")
            memory.ask("And this?")
            assert branch.messages[-2:] == turn("Where does this lead?", "Noted.")
            assert memory.messages[: len(said)] == said and memory.messages[-2:] == turn("And this?", "Noted.")
            assert len(other.messages()) == len(store.open("ana").messages())
            assert other.load().settings["max_tokens"] == 400
        assert others.open("branch").messages()[0]["content"] == "THIS IS QUESTION 0, WITH A FEW MORE WORDS IN IT."


def test_a_branch_begins_in_an_empty_conversation_alone(store):
    memory = ChatMemory(FakeClient(), conversation=store.open("ana"))
    memory.branch(store.open("from the first turn on")).ask("One")
    memory.ask("One")
    store.open("full").append(turn("Hi", "Hi."))
    for full in ("full", "ana"):
        with pytest.raises(ConflictError, match="is not empty"):
            memory.branch(store.open(full))
    assert store.open("full").messages() == turn("Hi", "Hi.")
    store.open("full").take_back()
    memory.branch(store.open("full"))
    assert store.open("full").messages() == memory.messages
    with pytest.raises(TypeError, match="conversation must be"):
        memory.branch("another id")


def test_a_branch_has_a_usage_of_its_own_and_a_history_that_cannot_be_is_not_begun(store):
    memory = ChatMemory(FakeClient())
    memory.ask("One")
    branch, copied = memory.branch(), deepcopy(memory)
    branch.ask("Two")
    assert memory.usage.requests == branch.usage.requests == copied.usage.requests == 1
    assert memory.branch().summary_usage == Usage() and copied.usage is not memory.usage
    for wrong in ({"folded": 2}, {"earlier": [(-1, "", 0)]}, {"summary": 7}):
        with pytest.raises((TypeError, ValueError)):
            store.open("ana").begin([turn("Hi", "Hi.")], **wrong)
    with pytest.raises(ValueError, match="at least one message"):
        store.open("ana").begin([[]])
    assert store.ids() == []


# ---- async ----


def test_the_async_forms_do_the_same_and_use_the_database_in_another_thread(store, monkeypatch):
    async def use():
        from threading import get_ident

        memory, used = ChatMemory(FakeAsyncClient(), conversation=store.open("ana")), []
        begin = Database._explained
        monkeypatch.setattr(Database, "_explained", lambda self: used.append(get_ident()) or begin(self))
        await memory.ask_async("One")
        branch = await memory.branch_async(store.open("other"))
        assert await memory.undo_async() == "One"
        assert (await branch.branch_async()).messages == branch.messages == turn("One", "Noted.")
        assert used and get_ident() not in used
        return memory.messages

    assert asyncio.run(use()) == store.open("ana").messages() == []
