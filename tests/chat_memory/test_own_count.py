"""Counting with a function of the caller's: everything is counted by it, each text once, and no vocabulary is loaded."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_memory import (
    BudgetError,
    ChatMemory,
    Usage,
    count_tokens,
    message_tokens,
    show_request,
    summarize,
    trim_to_budget,
)
from chat_memory.summary import least_prompt
from chat_memory.tokens import Counting, tool_tokens

from .fake_client import FakeClient
from .histories import ACCEPTED, REPEATABLE, TOOLS

COUNTS = {
    "letters": len,
    "bytes": lambda text: len(text.encode()),
    "words": lambda text: len(text.split()),
    "a quarter of the letters": lambda text: len(text) // 4,
    "nothing": lambda text: 0,
}
HI = {"role": "user", "content": "Where is Nara?"}


@pytest.fixture
def offline(monkeypatch):
    """No vocabulary can be loaded."""

    def fail(*name):
        raise AssertionError("tiktoken was asked.")

    monkeypatch.setattr("tiktoken.get_encoding", fail)
    monkeypatch.setattr("tiktoken.encoding_name_for_model", fail)


def test_texts_are_counted_by_it_and_what_is_around_them_by_the_rules(offline):
    assert message_tokens(HI, count=len) == 3 + len("user") + len("Where is Nara?")
    assert message_tokens(HI | {"name": "Ada"}, count=len) == message_tokens(HI, count=len) + 1 + len("Ada")
    assert count_tokens([HI, HI], count=len) == 2 * message_tokens(HI, count=len) + 3
    assert count_tokens([HI], tools=TOOLS, count=len) - count_tokens([HI], count=len) == tool_tokens(TOOLS, count=len)
    assert tool_tokens(TOOLS, count=lambda text: 1) == 12 + 7 + 1 + 3 + 2 * (3 + 1) + 2 * (3 + 1) - 3
    assert show_request([HI], count=len).tokens == count_tokens([HI], count=len)


def test_a_text_is_given_whole_and_once():
    given_texts = []

    def counted(text):
        given_texts.append(text)
        return len(text)

    history = [{"role": "user", "content": "half \ud83d of one"}, {"role": "assistant", "content": "x" * 500}] * 3
    for _ in range(3):
        assert trim_to_budget(history, 5_000, count=counted) == history
        count_tokens(history, count=counted)
    assert sorted(given_texts) == sorted(["user", "half \ufffd of one", "assistant", "x" * 500])


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
@REPEATABLE
@given(history=ACCEPTED, part=st.floats(0, 1))
def test_a_trimmed_history_keeps_to_the_budget_as_it_counts(count, history, part):
    budget = max(1, int(part * count_tokens(history, count=count)))
    try:
        sent = trim_to_budget(history, budget, count=count)
    except BudgetError as error:
        assert error.needed > budget
    else:
        assert count_tokens(sent, count=count) <= budget


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
@pytest.mark.parametrize("reply", ["Nara has deer. " * 60, "word\n\x01 " * 90], ids=["sentences", "escapes"])
def test_a_summary_and_its_requests_keep_to_their_sizes_as_it_counts(offline, count, reply):
    client, usage, cap = FakeClient(lambda messages: reply), Usage(), 40
    limit = least_prompt(cap, Counting.of("other", count))
    said = [
        {"role": role, "content": text} for text in ("Deer \x00 bow. " * 40, "🌸" * 60) for role in ("user", "tool")
    ]
    summary = summarize(client, said, "They met.", cap, max_prompt_tokens=limit, count=count, usage=usage)
    assert count(summary) <= cap
    assert all(count_tokens(request["messages"], count=count) <= limit for request in client.requests)
    sent = sum(count_tokens(request["messages"], count=count) for request in client.requests)
    assert usage == Usage(len(client.requests), sent, len(client.requests) * count(reply))


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
def test_a_memory_keeps_to_its_budget_as_it_counts(offline, count):
    client = FakeClient(lambda messages: "The deer of Nara bow. " * 7)
    memory = ChatMemory(client, "Be brief.", 2_400, model="other", count=count)
    for number in range(40):
        memory.ask(f"What do the deer do on day {number}? " * 4)
    sizes = [count_tokens(request["messages"], count=count) for request in client.requests]
    assert max(sizes) <= 2_400 - 400
    assert memory.usage.prompt_tokens == sum(sizes)
    assert bool(memory.summary) == (count("Deer") > 0)


@pytest.mark.parametrize(
    ("returned", "kind", "said"),
    [
        (-1, ValueError, "returned -1"),
        (10**30, ValueError, r"returned more than 1,000,000,000,000\. Return a whole number"),
        (1.0, TypeError, r"returned 1\.0"),
        (True, TypeError, "returned True"),
        (None, TypeError, "returned None"),
        ([1, 2], TypeError, r"returned list.*len\(tokenizer\.encode"),
    ],
)
def test_what_is_no_number_of_tokens_is_said_without_the_text(returned, kind, said):
    with pytest.raises(kind, match=said) as raised:
        count_tokens([{"role": "user", "content": "A secret of 27 characters. "}], count=lambda text: returned)
    assert "secret" not in str(raised.value)


def test_what_is_no_function_is_refused_and_any_that_can_be_called_is_taken():
    with pytest.raises(TypeError, match="count must be a function"):
        count_tokens([HI], count=7)
    with pytest.raises(TypeError, match="count must be a function"):
        ChatMemory(FakeClient(), count="len")

    class Tokenizer:
        asked = 0

        def __eq__(self, other):  # so it has no hash
            return True

        def __call__(self, text):
            self.asked += 1
            return Whole()

    class Whole:
        def __index__(self):  # as the numbers of numpy
            return 5

    tokenizer = Tokenizer()
    assert [message_tokens(HI, count=tokenizer) for _ in range(3)] == [13, 13, 13]
    assert tokenizer.asked == 2


def test_what_it_raises_loses_nothing():
    texts = []

    def broken(text):
        texts.append(text)
        if "Osaka" in text:
            raise OSError("The tokenizer has gone.")
        return 1

    memory = ChatMemory(FakeClient(), max_tokens=500, count=broken)
    memory.ask("Where is Nara?")
    with pytest.raises(OSError, match="has gone"):
        memory.ask("Where is Osaka?")
    assert [message["content"] for message in memory.messages] == ["Where is Nara?", "Noted."]


def test_with_it_tiktoken_is_not_even_imported():
    program = (
        "import sys; sys.modules['tiktoken'] = None\n"
        "from types import SimpleNamespace as N\n"
        "from chat_memory import ChatMemory\n"
        "says = lambda **request: {'choices': [{'message': {'content': 'Noted.'}, 'finish_reason': 'stop'}]}\n"
        "client = N(chat=N(completions=N(create=says)))\n"
        "memory = ChatMemory(client, max_tokens=2_000, count=len)\n"
        "[memory.ask('word ' * 40) for _ in range(12)]\n"
        "print(memory.summary, memory.usage.requests > 12)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")
    assert (done.stdout.split(), done.stderr) == (["Noted.", "True"], "")
