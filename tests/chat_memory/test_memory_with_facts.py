"""Facts about the user are sent right before the question that they bear on, within the budget, and are not kept."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_memory import BudgetError, ChatMemory, count_tokens
from mock_model import MockServer
from mock_model.api.completion import Reply

from .fake_client import FakeClient
from .histories import REPEATABLE


class Notes:
    """Facts as ChatMemory knows them: a note on each question."""

    def __init__(self, text: str | None) -> None:
        self.text, self.questions = text, []

    def note(self, question: str) -> list[dict]:
        self.questions.append(question)
        if self.text is None:
            return []
        return [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": self.text}]


def contents(request: dict) -> list[str]:
    return [message["content"] for message in request["messages"]]


def test_facts_are_sent_right_before_the_question_and_not_kept():
    client, notes = FakeClient(), Notes('["The user lives in Porto."]')
    memory = ChatMemory(client, "Be brief.", facts=notes)
    memory.ask("Hello")
    memory.ask("Where do I live?")
    note = ["What do you know?", '["The user lives in Porto."]']
    assert contents(client.requests[1]) == ["Be brief.", "Hello", "Noted.", *note, "Where do I live?"]
    assert [m["content"] for m in memory.messages] == ["Be brief.", "Hello", "Noted.", "Where do I live?", "Noted."]
    assert notes.questions == ["Hello", "Where do I live?"]


@pytest.mark.parametrize("way", ["ask", "stream", "ask_async", "stream_async"])
def test_every_way_to_ask_sends_them(way):
    async def all_of(pieces):
        return [piece async for piece in pieces]

    sent = []
    server = MockServer(reply_to=lambda body, fits: sent.append(body) or Reply("Noted."))
    client = server.async_client() if way.endswith("async") else server.client()
    arriving = getattr(ChatMemory(client, facts=Notes("Much."), model="offline-model"), way)("Hello")
    if way.endswith("async"):
        asyncio.run(all_of(arriving) if way == "stream_async" else arriving)
    assert "".join(arriving if way == "stream" else "Noted.") == "Noted."
    assert contents(sent[0]) == ["What do you know?", "Much.", "Hello"]


def test_they_are_sent_in_the_turn_in_which_old_turns_are_folded_too():
    client = FakeClient()
    memory = ChatMemory(client, max_tokens=400, keep_recent=1, facts=Notes("Much."))
    for number in range(20):
        memory.ask(f"Question {number}, and some more words so that the memory fills up.")
    asked = [contents(request)[-2] for request in client.requests if "summary" not in contents(request)[0]]
    assert memory.summary and asked == ["Much."] * 20


def test_without_anything_to_say_nothing_is_added():
    client = FakeClient()
    ChatMemory(client, facts=Notes(None)).ask("Hello")
    assert contents(client.requests[0]) == ["Hello"]


def test_facts_for_which_there_is_no_room_are_left_out():
    client = FakeClient()
    memory = ChatMemory(client, max_tokens=300, facts=Notes("word " * 400))
    memory.ask("Hello")
    assert contents(client.requests[0]) == ["Hello"]
    with pytest.raises(BudgetError, match="The newest question needs"):
        memory.ask("word " * 400)


@settings(parent=REPEATABLE, max_examples=30)
@given(
    words=st.lists(st.integers(0, 60), min_size=3, max_size=12), note=st.integers(0, 120), budget=st.integers(300, 500)
)
def test_no_request_is_over_the_budget(words, note, budget):
    client = FakeClient()
    memory = ChatMemory(
        client, "Be brief.", max_tokens=budget, keep_recent=2, reply_tokens=40, facts=Notes("fact " * note)
    )
    for number, size in enumerate(words):
        memory.ask(f"Question {number} " + "word " * size)
        assert not any("fact" in message["content"] for message in memory.messages)
    assert max(count_tokens(request["messages"]) for request in client.requests) + 40 <= budget
