"""What a memory refuses, and how it says so: questions that are too long, budgets that are too small, what is no size."""

import pickle
import re
from itertools import cycle
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat_memory import BudgetError, ChatMemory, count_tokens

from .fake_client import FakeClient
from .histories import REPEATABLE
from .talks import LAST, RECAP, asked, chatting, full_memory, longest_question, summary_requests


def test_a_question_that_is_too_long_says_so_and_changes_nothing():
    client = chatting()
    memory = full_memory(client)
    before, requests = memory.messages, len(client.requests)
    with pytest.raises(BudgetError) as error:
        memory.ask("word " * 400)
    assert str(error.value).startswith("The newest question needs 405 tokens, the instructions 7, room for a summary ")
    needs = sum(error.value.needs.values())
    assert needs + error.value.reply_tokens > error.value.budget == 400
    assert "but the budget is 400 (of which 66 are kept for the reply)" in str(error.value)
    assert memory.messages == before and len(client.requests) == requests
    memory.ask(LAST)


def test_the_error_speaks_of_a_summary_where_there_is_one():
    memory = full_memory(chatting())
    memory.ask(LAST)
    with pytest.raises(BudgetError, match=r"the instructions 7, the summary \d\d and priming the reply 3, but"):
        memory.ask("word " * 400)


def test_the_longest_question_of_a_new_memory_is_one_that_fills_the_budget():
    client = FakeClient()
    memory = ChatMemory(client, "Be brief.", 400, reply_tokens=50)
    longest = "word " * 400
    while count_tokens([*memory.messages, {"role": "user", "content": longest}]) > 350:
        longest = longest.removesuffix("word ")
    with pytest.raises(BudgetError) as error:
        memory.ask(longest + "word ")
    assert error.value.needed == 401
    memory.ask(longest)
    assert count_tokens(asked(client)[0]) == 350


def test_the_budget_that_the_error_names_works():
    with pytest.raises(BudgetError) as error:
        ChatMemory(FakeClient(), "Be brief.", 400).ask("word " * 500)
    ChatMemory(FakeClient(), "Be brief.", error.value.needed).ask("word " * 500)


SIZES = [{}, {"reply_tokens": 0}, {"summary_tokens": 50}, {"system": "Be brief. " * 99, "model": "gpt-4"}]


def works(budget, ask=lambda memory: None, **sizes):
    try:
        ask(ChatMemory(chatting(), max_tokens=budget, **sizes))
    except ValueError:  # BudgetError is one
        return False
    return True


@pytest.mark.parametrize("sizes", SIZES)
def test_the_least_budget_is_the_least_and_every_larger_one_works(sizes):
    with pytest.raises(ValueError, match="max_tokens must be at least") as error:
        ChatMemory(None, max_tokens=1, **sizes)
    least = int(re.search(r"at least ([\d,]+)", str(error.value))[1].replace(",", ""))
    assert not any(works(budget, **sizes) for budget in range(least - 70, least))
    assert all(works(budget, **sizes) for budget in range(least, least + 130))


@pytest.mark.parametrize("sizes", SIZES[:3])
@pytest.mark.parametrize(("turns", "words"), [(0, 375), (1, 385), (4, 400), (9, 1001)])
def test_the_budget_that_the_error_names_is_the_least_and_every_larger_one_works(sizes, turns, words):
    def talk(memory):
        for _ in range(turns):
            memory.ask("And you?")
        return memory.ask("word " * words)

    with pytest.raises(BudgetError) as error:
        talk(ChatMemory(chatting(), max_tokens=380, **sizes))
    needed = error.value.needed
    assert not any(works(budget, talk, **sizes) for budget in range(needed - 35, needed))
    assert all(works(budget, talk, **sizes) for budget in range(needed, needed + 65))


def test_what_grows_with_the_budget_is_told_and_then_the_numbers_add_up():
    memory = full_memory(chatting())
    with pytest.raises(BudgetError) as error:
        memory.ask("word " * 500)
    needed, (reply, summary) = (
        error.value.needed,
        map(int, re.findall(r"(\d+) for (?:the reply|a summary)", str(error.value))),
    )
    assert f"Of {needed} tokens, {reply} for the reply and {summary} for a summary would be kept free." in str(
        error.value
    )
    needs = error.value.needs
    assert reply + summary + sum(needs.values()) - needs["room for a summary"] == needed
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)


def test_a_question_that_just_fits_is_asked_without_a_summary():
    client = chatting()
    memory = ChatMemory(client, "Be brief.", 400, reply_tokens=50)
    memory.ask("Hello")
    before = memory.messages
    longest = longest_question(lambda text: count_tokens([*before, {"role": "user", "content": text}]), 350)
    memory.ask(longest)
    assert asked(client)[-1] == [*before, {"role": "user", "content": longest}]
    assert summary_requests(client) == []


def test_the_longest_question_of_a_full_memory_leaves_room_for_the_largest_summary():
    client = chatting()
    memory = full_memory(client, summary_tokens=30, reply_tokens=50)
    least = [{"role": "system", "content": "Be brief."}, RECAP, {"role": "assistant", "content": ""}]
    longest = longest_question(lambda text: count_tokens([*least, {"role": "user", "content": text}]) + 30, 350)
    with pytest.raises(BudgetError) as error:
        memory.ask(longest + "word ")
    assert error.value.needed == 401
    memory.ask(longest)
    assert memory.summary == "They talked." and len(memory.messages) == 1 + 2 + 2


@pytest.mark.parametrize(("text", "error"), [("", ValueError), (" \n", ValueError), (None, TypeError), (42, TypeError)])
def test_a_question_is_a_text(text, error):
    client = FakeClient()
    memory = ChatMemory(client)
    with pytest.raises(error, match="question"):
        memory.ask(text)
    with pytest.raises(error, match="question"):
        list(memory.stream(text))
    assert memory.messages == client.requests == []


@pytest.mark.parametrize(
    ("sizes", "error", "says"),
    [
        ({"max_tokens": 0}, ValueError, "max_tokens must be at least"),
        ({"max_tokens": 3e3}, TypeError, "max_tokens must be a whole number"),
        ({"keep_recent": -1}, ValueError, "keep_recent must be at least 0, got -1"),
        ({"keep_recent": 1.5}, TypeError, "keep_recent must be a whole number"),
        ({"reply_tokens": -1}, ValueError, "reply_tokens must be at least 0"),
        ({"reply_tokens": 3000}, ValueError, "max_tokens must be at least"),
        ({"summary_tokens": 0}, ValueError, "summary_tokens must be at least 1"),
        ({"summary_tokens": 3000}, ValueError, "max_tokens must be at least"),
        ({"summary_tokens": True}, TypeError, "summary_tokens must be a whole number"),
        ({"system": "word " * 3000}, ValueError, "max_tokens must be at least"),
        ({"max_tokens": "3000"}, TypeError, "max_tokens must be a whole number, got '3000'"),
        ({"system": None}, TypeError, "system must be a text, got NoneType"),
        ({"system": ["Be brief."]}, TypeError, "system must be a text, got list"),
        ({"model": None}, TypeError, "model must be the name of a model.* got None.* not set"),
        ({"model": ""}, ValueError, "model is '', no name of a model"),
        ({"model": 6}, TypeError, "model must be the name of a model"),
        ({"options": "fast"}, TypeError, "options must be a dict"),
        ({"options": {1: 2}}, TypeError, "options must be a dict"),
        ({"conversation": "postgresql://me:secret@host/chats"}, TypeError, "conversation must be a .* got str"),
        ({"facts": ["Ana lives in Porto."]}, TypeError, "facts must be a .*UserFacts, got list"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(sizes, error, says):
    client = FakeClient()
    with pytest.raises(error, match=says) as raised:
        ChatMemory(client, **sizes)
    assert client.requests == [] and "secret" not in str(raised.value)


@pytest.mark.parametrize("conversation", [None, "trip"])
def test_what_is_no_conversation_cannot_be_resumed(conversation):
    with pytest.raises(TypeError, match="conversation must be"):
        ChatMemory.resume(FakeClient(), conversation)


@REPEATABLE
@given(
    st.integers(0, 400), st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(0, 900), st.integers(0, 6)
)
@example(300, [10] * 4, 50, 6)
def test_resumed_with_any_budget_each_turn_and_the_summary_are_sent_or_summarised(facts, turns, more, keep_recent):
    recent = [
        [{"role": "user", "content": f"Turn {n}: {'word ' * words}"}, {"role": "assistant", "content": "Yes."}]
        for n, words in enumerate(turns)
    ]
    summary = "They met. " + "Fact. " * facts if facts else ""
    saved = SimpleNamespace(settings={}, summary=summary, folded=3 * bool(facts), recent=recent, position=(1, 9))
    conversation = SimpleNamespace(id="trip", load=lambda: saved, append=lambda turn, **state: (1, 10))
    client = chatting()
    memory = ChatMemory.resume(client, conversation, max_tokens=300 + more, keep_recent=keep_recent)
    memory.ask("And you?")
    said = [message["content"] for message in asked(client)[-1]]
    handed = [request[1]["content"] for request in summary_requests(client)]
    assert said[-1] == "And you?" and count_tokens(asked(client)[-1]) <= memory._layout.max_tokens
    assert all(any(f"Turn {n}:" in text for text in [*said, *handed]) for n in range(len(turns)))
    assert not facts or any("They met." in text for text in said) or "They talked." in said
    assert memory.summary in ("", summary, "They talked.") and memory.summary_error is None


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"system": "You are a helpful assistant. " * 20},
        {"summary_tokens": 1, "reply_tokens": 0},
        {"summary_tokens": 90, "keep_recent": 0},
        {"reply_tokens": 500},
    ],
)
def test_with_the_least_budget_a_short_question_can_always_be_asked(sizes):
    with pytest.raises(ValueError, match="max_tokens must be at least") as error:
        ChatMemory(FakeClient(), max_tokens=1, **sizes)
    least = int(re.search(r"at least ([\d,]+)", str(error.value))[1].replace(",", ""))
    with pytest.raises(ValueError, match=f"must be at least {least:,}, got {least - 1:,}"):
        ChatMemory(FakeClient(), max_tokens=least - 1, **sizes)
    replies = cycle(["Yes.", "word " * 90, '"' * 99, "🇯🇵" * 40])
    client = FakeClient(lambda messages: next(replies))
    memory = ChatMemory(client, max_tokens=least, **sizes)
    for _ in range(60):
        memory.ask("And you?")
        assert memory.summary_error is None or "first letter" in str(memory.summary_error)
    assert all(count_tokens(request["messages"]) <= least for request in client.requests)
