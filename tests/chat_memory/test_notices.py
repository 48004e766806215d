"""What is seen from outside: the same in the log and by the callback, in numbers alone, and nothing of it ends a turn."""

import logging
import sys

import pytest

from chat_memory import ChatMemory
from chat_memory.notices import Folded, Retried, Saved, Shortened
from chat_memory.store import ConversationStore

from .fake_client import FakeClient
from .wire import WAYS, answer_to, asked, refusing

SECRET = "the deer bow"


def is_summary(messages):
    return "summary of a conversation" in str(messages[0]["content"])


def talk(client, times=16, **options):
    memory = ChatMemory(client, max_tokens=700, keep_recent=0, model="some-model", **options)
    for number in range(times):
        memory.ask(f"Day {number}: " + f"{SECRET}. " * 8)
    return memory


def test_folds_and_saved_turns_are_told_with_their_numbers_and_never_their_texts(caplog, sqlite_url):
    told = []
    with ConversationStore(sqlite_url) as store, caplog.at_level(logging.DEBUG, logger="chat_memory"):
        memory = talk(FakeClient(), conversation=store.open("ana"), on_notice=told.append)
    saved = [notice for notice in told if isinstance(notice, Saved)]
    folded = [notice for notice in told if isinstance(notice, Folded)]
    assert [notice.turns for notice in saved] == list(range(1, 17))
    assert sum(notice.turns for notice in folded) == memory._kept.folded > 0
    assert all(notice.tokens_after < notice.tokens_before for notice in folded)
    assert [record.notice for record in caplog.records] == told
    assert {record.name for record in caplog.records} == {"chat_memory"}
    assert SECRET not in caplog.text
    assert f"{folded[0].turns} turns folded into the summary: {folded[0].tokens_before:,} tokens before" in caplog.text


def test_a_summary_that_fails_is_told_each_time():
    def reply(messages):
        if is_summary(messages):
            raise ConnectionError(SECRET)
        return "Noted."

    told = []
    talk(FakeClient(reply), on_notice=told.append)
    assert set(told) == {Retried("summary", "ConnectionError")}


@pytest.mark.parametrize("way", WAYS)
def test_a_parameter_that_is_left_out_is_told_once(way):
    told, said = [], answer_to(way, content="Yes.")
    refused = refusing(400, "Unknown parameter: max_completion_tokens")
    _, memory = asked(way, refused, said, said, model="some-model", on_notice=told.append)
    WAYS[way](memory, "Hello?")
    WAYS[way](memory, "Hello?")
    assert told == [Retried("max_completion_tokens")]


def test_a_parameter_that_a_request_for_a_summary_finds_refused_is_told_too():
    def reply(messages):
        if is_summary(messages) and "max_completion_tokens" in client.requests[-1]:
            raise ValueError("Unknown parameter: max_completion_tokens")
        return "Noted."

    told, client = [], FakeClient(reply)
    memory = talk(client, on_notice=told.append)
    assert memory.summary and [event for event in told if isinstance(event, Retried)] == [
        Retried("max_completion_tokens")
    ]


def test_results_that_are_shortened_are_told():
    told = []

    def look_up(topic: str) -> str:
        """Look something up."""
        return "The deer bow. " * 900

    call = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"topic": "deer"}'}}
    calls = answer_to("ask", "tool_calls", tool_calls=[call])
    _, memory = asked(
        "ask", calls, answer_to("ask", content="They bow."), model="some-model", tools=[look_up], on_notice=told.append
    )
    assert memory.ask("What do they do?") == "They bow."
    [notice] = told
    assert isinstance(notice, Shortened)
    assert notice.tokens_before > 3_000 > notice.tokens_after


@pytest.mark.parametrize("way", WAYS)
def test_what_the_callback_raises_is_logged_and_loses_nothing(way, caplog, sqlite_url):
    def fail(notice):
        raise RuntimeError("The dashboard is down.")

    with ConversationStore(sqlite_url) as store:
        conversation = store.open("ana")
        _, memory = asked(way, answer_to(way, content="Yes."), conversation=conversation, on_notice=fail)
        assert WAYS[way](memory, "Hello?") == "Yes."
        assert len(conversation.messages()) == len(memory.messages) == 2
    assert "on_notice raised RuntimeError" in caplog.text and "in fail" in caplog.text


def test_what_a_callback_raises_takes_no_text_into_the_log(caplog):
    def reply(messages):
        if is_summary(messages):
            raise ConnectionError(SECRET)
        return "Noted."

    def fail(notice):
        seen.append(sys.exc_info())
        raise RuntimeError(f"{memory.messages}")

    seen = []
    memory = ChatMemory(FakeClient(reply), max_tokens=700, keep_recent=0, model="some-model", on_notice=fail)
    for _ in range(16):
        memory.ask(f"{SECRET}. " * 8)
    assert "on_notice raised RuntimeError" in caplog.text and SECRET not in caplog.text
    assert set(seen) == {(None, None, None)}


def test_a_turn_is_told_as_it_was_kept_whatever_another_thread_takes_back(sqlite_url):
    told = []
    with ConversationStore(sqlite_url) as store:
        memory = ChatMemory(FakeClient(), conversation=store.open("ana"), on_notice=told.append)
        tell = memory._tell_what_was_kept
        memory._tell_what_was_kept = lambda *kept: (memory.undo(), tell(*kept))
        assert memory.ask("Hello?") == "Noted." and memory.messages == []
    assert [notice.turns for notice in told] == [1] and told[0].tokens > 0


def test_nothing_is_written_where_nobody_listens(capfd):
    talk(FakeClient())
    assert capfd.readouterr() == ("", "")


async def awaited(notice):
    pass


@pytest.mark.parametrize("on_notice", [awaited, 7, "print"])
def test_what_is_no_callback_is_refused(on_notice):
    with pytest.raises(TypeError, match="on_notice must be a plain function"):
        ChatMemory(FakeClient(), on_notice=on_notice)
