"""A memory with servers of every kind: usage in many ways or not at all, replies without an end, halves of letters."""

import pytest

from chat_memory import ChatMemory, IncompleteReply, Usage
from mock_model import MockServer

from .fake_client import FakeClient
from .talks import LAST, full_memory, turn
from .wire import events, piece, served, whole

USAGE = {"prompt_tokens": 70, "completion_tokens": 30, "total_tokens": 100}
HELLO_USAGE = Usage(requests=1, prompt_tokens=8, completion_tokens=2)  # counted here: "Hello", and "Hi there"


@pytest.mark.parametrize(
    ("chunks", "usage"),
    [
        pytest.param([piece("Hi"), piece(" there", "stop")], HELLO_USAGE, id="no usage"),
        pytest.param(
            [piece("Hi"), piece(" there"), piece(None, "stop", usage=USAGE)], Usage(1, 70, 30), id="with choices"
        ),
        pytest.param(
            [piece("Hi", usage={**USAGE, "prompt_tokens": 1}), piece(" there", "stop", usage=USAGE)],
            Usage(1, 70, 30),
            id="in each chunk: the last holds",
        ),
        pytest.param(
            [piece("Hi there"), piece("", "stop"), {**piece(), "choices": [], "usage": USAGE}],
            Usage(1, 70, 30),
            id="in a chunk of its own",
        ),
    ],
)
def test_usage_in_a_stream_comes_in_many_ways_or_not_at_all(chunks, usage):
    memory = ChatMemory(served(events(*chunks)))
    assert "".join(memory.stream("Hello")) == "Hi there"
    assert memory.usage == usage
    assert memory.messages == turn("Hello", "Hi there")


def test_usage_is_counted_where_the_server_says_nothing():
    memory = ChatMemory(served(whole("Hi there")))
    memory.ask("Hello")
    assert memory.usage == HELLO_USAGE


@pytest.mark.parametrize("usage", [{}, {"total_tokens": 10}, {"prompt_tokens": None, "completion_tokens": None}])
def test_usage_without_its_numbers_is_no_usage(usage):
    memory = ChatMemory(served(whole("Hi there", usage=usage)))
    assert memory.ask("Hello") == "Hi there"
    assert memory.usage == HELLO_USAGE


def test_usage_adds_up_what_was_cached_as_well():
    details = {"prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 5}}
    nothing = {"prompt_tokens_details": None}
    usages = [USAGE | details, USAGE | nothing, USAGE | {"prompt_tokens_details": {"cached_tokens": None}}]
    memory = ChatMemory(served(*(whole("Hi", usage=usage) for usage in usages)))
    for _ in usages:
        memory.ask("Hello")
    assert memory.usage == Usage(3, 210, 90, 60, 5)


def test_usage_counts_summaries_too_and_equals_what_the_offline_server_says():
    server, reported = MockServer(), []
    client = server.client()

    def create(**request):
        reported.append(client.chat.completions.create(**request))
        return reported[-1]

    fake = FakeClient()
    fake.chat.completions.create = create
    memory = full_memory(fake, model="offline-model")
    memory.ask(LAST)
    usages = [reply.usage for reply in reported]
    assert memory.summary
    assert memory.usage == Usage(
        len(usages),
        sum(usage.prompt_tokens for usage in usages),
        sum(usage.completion_tokens for usage in usages),
        sum(usage.prompt_tokens_details.cached_tokens for usage in usages),
        sum(usage.prompt_tokens_details.cache_write_tokens for usage in usages),
    )


def test_a_chunk_without_text_is_passed_over():
    """Azure sends what its content filter says in chunks whose choices have no delta."""
    no_delta, null_delta = piece(), piece()
    del no_delta["choices"][0]["delta"]
    null_delta["choices"][0]["delta"] = None
    memory = ChatMemory(served(events(no_delta, piece("Hi"), null_delta, piece(" there", "stop"))))
    assert list(memory.stream("Hello")) == ["Hi", " there"]


@pytest.mark.parametrize(
    ("body", "says", "text"),
    [
        (events(piece("Hi")), "broke off", "Hi"),  # no finish_reason
        (
            events(),
            "before anything came.* has 8 tokens",
            "",
        ),  # an empty stream, as llama-cpp-python sends it for a request that is too large
        (events(piece("", "stop")), "empty", ""),
        (events(piece("Hi"), piece(None, "length")), "cut off", "Hi"),
        (events(piece("Hi"), piece(None, "content_filter")), "content filter", "Hi"),
        (events(piece(None, "tool_calls")), "calls a function", ""),
    ],
)
def test_a_stream_without_an_end_or_without_text_is_incomplete(body, says, text):
    memory = ChatMemory(served(body))
    pieces = []
    with pytest.raises(IncompleteReply, match=says) as error:
        pieces.extend(memory.stream("Hello"))
    assert error.value.text == text
    assert memory.messages == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (whole("Hi", None), "broke off"),
        (whole(None), "empty"),
        (whole("  "), "empty"),
        (whole("Hi", "length"), "cut off"),
        ({**whole("Hi"), "choices": []}, "holds no reply"),
        ({**whole("Hi"), "choices": None}, "holds no reply"),
    ],
)
def test_an_answer_without_an_end_or_without_text_is_incomplete(body, says):
    memory = ChatMemory(served(body, whole("Hi")))
    with pytest.raises(IncompleteReply, match=says):
        memory.ask("Hello")
    assert memory.messages == []
    assert memory.ask("Hello") == "Hi"


def test_a_stream_asks_for_usage():
    requests = []
    client = served(events(piece("Hi", "stop")))
    create = client.chat.completions.create
    client.chat.completions.create = lambda **request: (requests.append(request), create(**request))[1]
    list(ChatMemory(client, options={"temperature": 0.5}).stream("Hello"))
    assert requests[0]["stream"] is True
    assert requests[0]["stream_options"] == {"include_usage": True}
    assert requests[0]["temperature"] == 0.5


@pytest.mark.parametrize("halves", [["\ud83c", "\udf38"], ["\ud83c"]])
def test_half_a_character_in_a_reply_does_not_end_the_conversation(halves):
    """Servers that cut strings by UTF-16 send an emoji as two halves; a half cannot be sent again."""
    memory = ChatMemory(served(events(*(piece(f"Hi {half}") for half in halves), piece("", "stop")), whole("Hello")))
    list(memory.stream("Hello"))
    assert memory.ask("Hello again") == "Hello"
