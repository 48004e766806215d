"""A reply is whole, or an error says what came in its place: whatever the server, whichever way it is asked."""

import asyncio
import gc
import json
import warnings
from types import SimpleNamespace

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_memory import ChatMemory, IncompleteReply, Usage, count_tokens, summarize
from chat_memory.summary import summarize_async

from .fake_client import FakeAsyncClient, FakeClient, answer
from .histories import REPEATABLE
from .wire import WAYS, Server, answer_to, asked, chunk, events, piece, refusing, whole

HELLO = [{"role": "user", "content": "Hello"}]
LOWER = {"index": 1, "finish_reason": None}
EVERY_WAY = pytest.mark.parametrize("way", WAYS)


def refused(way, *answers, **options) -> IncompleteReply:
    """The error of a question whose answer is no whole reply. The memory is as it was, and goes on."""
    _, memory = asked(way, *answers, answer_to(way, content="Hi"), **options)
    with pytest.raises(IncompleteReply) as error:
        WAYS[way](memory, "Hello")
    assert memory.messages == []
    assert WAYS[way](memory, "Hello") == "Hi"
    return error.value


def turn(reply: str) -> list[dict]:
    return [*HELLO, {"role": "assistant", "content": reply}]


# How it ends


@EVERY_WAY
@pytest.mark.parametrize("reason", ["stop", "STOP", "eos", "eos_token", "stop_sequence", "end_turn"])
def test_an_end_that_servers_are_known_to_name_is_an_end(way, reason):
    _, memory = asked(way, answer_to(way, reason, content="Hi"))
    assert WAYS[way](memory, "Hello") == "Hi"


@EVERY_WAY
@pytest.mark.parametrize(
    "reason", ["error", "MAX_TOKENS", "insufficient_system_resource", "abort", "banana", "nonstop"]
)
def test_any_other_word_is_no_end_and_is_named(way, reason):
    error = refused(way, answer_to(way, reason, content="Half an ans"))
    assert f"finish_reason '{reason}'" in str(error) and error.text == "Half an ans"


@EVERY_WAY
@pytest.mark.parametrize("reason", [None, "", "null"])
def test_no_word_at_all_is_no_end(way, reason):
    assert "broke off" in str(refused(way, answer_to(way, reason, content="Half")))


def test_a_word_that_is_only_in_the_last_chunk_holds():
    chunks = [piece("Hi", ""), piece(" there", "null"), piece("", "stop")]
    assert "".join(ChatMemory(Server(events(*chunks)).client()).stream("Hello")) == "Hi there"


@EVERY_WAY
def test_what_the_server_says_about_an_end_with_an_error_is_passed_on(way):
    broken = {"index": 0, "finish_reason": "error", "error": {"code": 502, "message": "The provider is down."}}
    if way.startswith("stream"):
        body = events(piece("Hal"), chunk(broken | {"delta": {}}))
    else:
        body = {**whole(None), "choices": [broken | {"message": None}]}
    assert "The provider is down." in str(refused(way, body))


@EVERY_WAY
@pytest.mark.parametrize(
    "calls",
    [{"tool_calls": [{"id": "1", "function": {"name": "f", "arguments": ""}}]}, {"function_call": {"name": "f"}}],
)
def test_a_call_is_no_reply_however_it_ends(way, calls):
    for reason in ("stop", "tool_calls", "function_call"):
        assert "calls a function" in str(refused(way, answer_to(way, reason, content="Let me see.", **calls)))


@EVERY_WAY
def test_a_spoken_reply_says_that_it_is_one(way):
    assert "spoken" in str(refused(way, answer_to(way, audio={"id": "audio_1", "transcript": "Hi"})))


# Refusals


@EVERY_WAY
@pytest.mark.parametrize("reason", ["stop", "content_filter"])
@pytest.mark.parametrize(
    "message",
    [
        {"refusal": "I can't help with that."},
        {"content": "", "refusal": "I can't help with that."},
        {"content": [{"type": "refusal", "refusal": "I can't help with that."}]},
    ],
)
def test_a_refusal_is_an_error_with_the_models_words(way, reason, message):
    error = refused(way, answer_to(way, reason, **message))
    assert str(error) == "The model refused to answer: I can't help with that."
    assert error.text == "I can't help with that."


def test_a_refusal_in_pieces_is_put_together():
    said = [chunk({"index": 0, "delta": {"refusal": part}, "finish_reason": None}) for part in ("I can't", " do that.")]
    with pytest.raises(IncompleteReply, match=r"refused to answer: I can't do that\."):
        list(ChatMemory(Server(events(*said, piece(None, "stop"))).client()).stream("Hello"))


@EVERY_WAY
@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_refusal_is_none(way, empty):
    _, memory = asked(way, answer_to(way, content="Hi", refusal=empty))
    assert WAYS[way](memory, "Hello") == "Hi"


# Several choices, and content in parts


def test_of_several_choices_in_a_stream_the_first_is_kept():
    """They come in any order, each in chunks of its own or together in one."""
    other = [chunk(LOWER | {"delta": {"content": text}}) for text in ("Good", " day")]
    both = chunk(LOWER | {"delta": {"content": "!"}}, {"index": 0, "delta": {"content": "llo"}, "finish_reason": None})
    end = chunk({"index": 1, "delta": {}, "finish_reason": "length"})
    body = events(other[0], piece("He"), both, other[1], end, piece("", "stop"), end)
    assert list(ChatMemory(Server(body).client()).stream("Hello")) == ["He", "llo"]


def test_of_several_choices_in_an_answer_the_first_is_kept():
    body = whole("Hello")
    body["choices"].insert(0, {"index": 1, "message": {"content": "Good day"}, "finish_reason": "length"})
    assert ChatMemory(Server(body).client()).ask("Hello") == "Hello"


@pytest.mark.parametrize("count", [2, 0, "2"])
def test_more_than_one_choice_cannot_be_asked_for(count):
    with pytest.raises(ValueError, match="a turn has one reply"):
        ChatMemory(FakeClient(), options={"n": count})
    ChatMemory(FakeClient(), options={"n": 1})


PARTS = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
    {"type": "text", "text": "Hel"},
    {"type": "text", "text": "lo"},
]


@EVERY_WAY
def test_content_in_parts_is_their_text_without_the_thinking(way):
    _, memory = asked(way, answer_to(way, content=PARTS))
    assert WAYS[way](memory, "Hello") == "Hello"
    assert memory.messages == turn("Hello")


@EVERY_WAY
@pytest.mark.parametrize(
    ("content", "named"), [([{"type": "image_url"}], "'image_url'"), ([*PARTS, 7], "'int'"), ({"text": "Hi"}, "'dict'")]
)
def test_a_part_that_is_no_text_is_named(way, content, named):
    error = refused(way, answer_to(way, content=content))
    assert f"a part that is no text but {named}" in str(error)


# Answers that are no reply


PAGE = (
    "<!doctype html><html><head><style>p { color: red }</style></head><body>\n<p>It works!</p>" + "<p>words</p>" * 999
)


@EVERY_WAY
def test_a_web_page_says_what_it_is_and_where_to_look(way):
    error = str(refused(way, PAGE))
    assert "a web page" in error and "It works!" in error and "base_url" in error
    assert len(error) < 600 and "<p>" not in error and "color" not in error


@EVERY_WAY
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "No such deployment.", "code": 404}}, "No such deployment."),
        ({"error": "model is loading", "choices": None}, "model is loading"),
        ({**whole("Hi"), "choices": [], "error": {"message": "Quota is used up."}}, "Quota is used up."),
        ({"object": "error", "message": "Only one request at a time."}, "Only one request at a time."),
        ({"detail": "Not Found"}, "Not Found"),
        ({"success": False, "code": 1305}, "1305"),
    ],
)
def test_an_error_under_the_status_200_is_told_in_the_servers_words(way, body, words):
    assert words in str(refused(way, body))


@EVERY_WAY
def test_what_is_no_answer_costs_nothing_unless_the_server_says_so(way):
    usage = {"prompt_tokens": 7, "completion_tokens": 0, "total_tokens": 7}
    _, memory = asked(way, PAGE, {"error": "busy"}, {"error": "busy", "usage": usage})
    for used in (Usage(), Usage(), Usage(1, 7, 0)):
        with pytest.raises(IncompleteReply):
            WAYS[way](memory, "Hello")
        assert memory.usage == used


@EVERY_WAY
def test_a_message_that_is_null_is_an_empty_reply(way):
    body = {**whole(None), "choices": [{"index": 0, "message": None, "finish_reason": "stop"}]}
    assert "empty" in str(refused(way, events(piece(None, "stop")) if way.startswith("stream") else body))


@pytest.mark.parametrize("way", ["stream", "stream_async"])
def test_a_server_that_does_not_stream_is_understood(way):
    _, memory = asked(way, whole("Hello", usage={"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}))
    assert WAYS[way](memory, "Hello") == "Hello"
    assert memory.messages == turn("Hello") and memory.usage == Usage(1, 7, 2)


@pytest.mark.parametrize("way", ["stream", "stream_async"])
def test_a_stream_under_a_wrong_name_is_understood(way):
    def mislabelled(request):
        return httpx2.Response(200, headers={"content-type": "application/json"}, content=events(piece("Hi", "stop")))

    _, memory = asked(way, mislabelled)
    assert WAYS[way](memory, "Hello") == "Hi"


# Thinking aloud


@EVERY_WAY
@pytest.mark.parametrize(
    ("content", "reply"),
    [
        ("<think>They greet me.</think>\n\nHello", "Hello"),
        ("\n <think>\n\n</think>\n\nHello", "Hello"),
        ("<thinking>a < b </think> </thinking>Hello", "Hello"),
        ("<thought>One.</thought><think>Two.</think> Hello", "Hello"),
        ("Hello <think>aloud</think>", "Hello <think>aloud</think>"),
        ("<thin ice>", "<thin ice>"),
        ("<", "<"),
        (" Hello", " Hello"),
        ("<think>a</think>Hello </think>", "Hello </think>"),
        ("<THINK>a</Think >Hello", "Hello"),
        ('<thinking mode="deep"\n>a</thinking>Hello', "Hello"),
        ("\ufeff\u200b <think>a</think>\u200bHello", "Hello"),
        ("<think>a <think>b</think> c</think> Hello", "Hello"),
        ("<think>The tag <think> is theirs.</think>Hello", "Hello"),
        ("Thinking ends with </think>.", "Thinking ends with </think>."),
        ("<think about it>", "<think about it>"),
    ],
)
def test_thinking_is_no_part_of_the_reply_where_it_stands_first(way, content, reply):
    _, memory = asked(way, answer_to(way, content=content))
    assert WAYS[way](memory, "Hello") == reply
    assert memory.messages == turn(reply)


@EVERY_WAY
@pytest.mark.parametrize("content", ["<think>They greet me.</think>\n", "<think>They greet", "<think>"])
def test_a_reply_of_thinking_alone_is_no_reply_and_its_words_are_told(way, content):
    error = refused(way, answer_to(way, content=content))
    assert "thinking and nothing else" in str(error) and error.text == content
    cut = answer_to(way, "length", content=content)
    assert "cut off" in str(refused(way, cut, cut))  # asked again without a limit


END_ALONE = "They greet me.\n</think>\n\nHello"  # the beginning was in the prompt


@EVERY_WAY
def test_thinking_that_has_an_end_alone_is_not_kept(way):
    """A stream cannot take it back when it sees the end; what is kept is the reply."""
    _, memory = asked(way, answer_to(way, content=END_ALONE))
    assert WAYS[way](memory, "Hello") == (END_ALONE if way.startswith("stream") else "Hello")
    assert memory.messages == turn("Hello")
    assert "thinking and nothing else" in str(refused(way, answer_to(way, content="They greet me.\n</think>\n")))


TEXTS = st.sampled_from(
    ["<think>", "</think>", "<THINK a>", "</thinking>", "<th", "Hi", " ", "\n", "🌸", "\ud83c", "\udf38", "\ufeff"]
)


@REPEATABLE
@given(st.lists(TEXTS, max_size=8).map("".join), st.data())
def test_wherever_a_stream_is_cut_it_gives_what_the_whole_reply_gives(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    def kept(memory, ask):
        try:
            ask(memory)
        except IncompleteReply as error:
            return str(error), error.text
        return memory.messages

    client, pieces = FakeClient(), []
    client.chat.completions.create = lambda **request: Chunks(*(said(part) for part in parts), said("", "stop"))
    streamed = kept(ChatMemory(client), lambda memory: pieces.extend(memory.stream("Hello")))
    assert streamed == kept(ChatMemory(FakeClient(lambda messages: answer(text))), lambda memory: memory.ask("Hello"))
    assert all(part.encode() for part in pieces)  # each can be printed


class Chunks(list):
    """Chunks as some clients give them: a list that is no context manager."""

    def __init__(self, *chunks):
        super().__init__(chunks)


def said(text, reason=None):
    choice = SimpleNamespace(index=0, finish_reason=reason, delta=SimpleNamespace(content=text))
    return SimpleNamespace(choices=[choice], usage=None)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_thinking_is_no_part_of_a_summary_and_is_paid_for(asynchronous):
    thought = f"<think>{'What matters here? ' * 90}</think>Ana is 36."
    usage = Usage()
    if asynchronous:
        client = FakeAsyncClient(lambda messages: thought)
        text = asyncio.run(summarize_async(client, HELLO, max_tokens=20, usage=usage))
    else:
        text = summarize(FakeClient(lambda messages: thought), HELLO, max_tokens=20, usage=usage)
    assert text == "Ana is 36."
    assert usage.completion_tokens > 300


# Usage that is refused, and streams that are stopped


STREAMED_WAYS = pytest.mark.parametrize("way", ["stream", "stream_async"])
NOT_ALLOWED = [
    (400, "Extra parameters ['stream_options'] are not allowed"),
    (422, "body.stream_options: extra_forbidden"),
]


@STREAMED_WAYS
@pytest.mark.parametrize(("status", "message"), NOT_ALLOWED)
def test_a_server_that_refuses_to_tell_the_usage_is_asked_without_and_this_is_remembered(way, status, message):
    bodies = [events(piece(text), piece("", "stop")) for text in ("Hi", "Hello")]
    server, memory = asked(way, refusing(status, message), *bodies)
    assert [WAYS[way](memory, "Hello") for _ in bodies] == ["Hi", "Hello"]
    assert ["stream_options" in request for request in server.requests] == [True, False, False]
    assert memory.usage.requests == 2 and memory.usage.prompt_tokens == 8 + count_tokens(turn("Hi") + HELLO)


@STREAMED_WAYS
def test_another_refusal_is_raised(way):
    server, memory = asked(way, refusing(400, "This model's maximum context length is 400 tokens."))
    with pytest.raises(openai.BadRequestError, match="maximum context length"):
        WAYS[way](memory, "Hello")
    assert len(server.requests) == 1
    server, memory = asked(way, *[refusing(400, "stream_options is not the only fault")] * 2)
    with pytest.raises(openai.BadRequestError):
        WAYS[way](memory, "Hello")
    assert len(server.requests) == 2


@STREAMED_WAYS
def test_the_usage_of_a_stream_can_be_left_unasked(way):
    server, memory = asked(way, events(piece("Hi", "stop")), options={"stream_options": None, "temperature": 0.5})
    assert WAYS[way](memory, "Hello") == "Hi"
    assert "stream_options" not in server.requests[0] and server.requests[0]["temperature"] == 0.5


@pytest.mark.parametrize("reported", [None, {"prompt_tokens": 70, "completion_tokens": 1, "total_tokens": 71}])
def test_a_stream_that_is_stopped_counts(reported):
    """By what the server has said until then, or else by the prompt and the text that came."""
    body = events(piece("Hi", usage=reported), piece(" there"), piece(" again", "stop"))
    used = Usage(1, 70, 1) if reported else Usage(1, 8, 2)

    memory = ChatMemory(Server(body).client())
    pieces = memory.stream("Hello")
    assert [next(pieces), next(pieces)] == ["Hi", " there"]
    pieces.close()
    assert memory.usage == used and memory.messages == []

    async def stop():
        memory = ChatMemory(Server(body).client(asynchronous=True))
        pieces = memory.stream_async("Hello")
        assert [await anext(pieces), await anext(pieces)] == ["Hi", " there"]
        await pieces.aclose()
        return memory.usage

    assert asyncio.run(stop()) == used


def test_a_stream_that_breaks_off_counts():
    class Broken(Chunks):
        def __iter__(self):
            yield from super().__iter__()
            raise ConnectionError("the line is dead")

    client = FakeClient()
    client.chat.completions.create = lambda **request: Broken(said("Hi there"))
    memory = ChatMemory(client)
    with pytest.raises(ConnectionError):
        list(memory.stream("Hello"))
    assert memory.usage == Usage(1, 8, 2)


@STREAMED_WAYS
def test_a_request_that_was_refused_does_not_count(way):
    _, memory = asked(way, refusing(429, "Rate limit reached"))
    with pytest.raises(openai.RateLimitError):
        WAYS[way](memory, "Hello")
    assert memory.usage == Usage()


# The wrong kind of client


@EVERY_WAY
def test_the_wrong_kind_of_client_is_refused_before_it_is_paid_for(way):
    server = Server(whole("Hi"))
    memory = ChatMemory(server.client(asynchronous=not way.endswith("async")))
    wanted = "async client" if way.endswith("async") else "method ending in _async"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as a coroutine that was never awaited
        with pytest.raises(TypeError, match=wanted):
            WAYS[way](memory, "Hello")
        gc.collect()
    assert (server.requests, memory.messages, memory.usage) == ([], [], Usage())


@pytest.mark.parametrize("way", ["ask", "stream"])
def test_an_async_client_that_cannot_be_recognised_is_refused_unsent(way, recwarn):
    sent = []

    async def create(**request):
        sent.append(request)

    client = SimpleNamespace(
        chat=SimpleNamespace(completions=SimpleNamespace(create=lambda **request: create(**request)))
    )
    with pytest.raises(TypeError, match="_async"):
        WAYS[way](ChatMemory(client), "Hello")
    gc.collect()
    assert sent == [] and not recwarn.list


@EVERY_WAY
@pytest.mark.parametrize("client", [None, "sk-secret", SimpleNamespace(chat=None)], ids=["none", "key", "chat"])
def test_what_is_no_client_is_refused_without_showing_it(way, client):
    with pytest.raises(TypeError, match=r"client must be an openai\.OpenAI") as error:
        WAYS[way](ChatMemory(client), "Hello")
    assert "secret" not in str(error.value)


def test_a_summary_needs_the_right_kind_of_client_too():
    server = Server(whole("Hi"))
    with pytest.raises(TypeError, match="_async"):
        summarize(server.client(asynchronous=True), HELLO)
    with pytest.raises(TypeError, match="async client"):
        asyncio.run(summarize_async(server.client(), HELLO))
    assert server.requests == []


# What the client is given


def test_a_client_may_change_the_request_and_the_memory_stays_as_it_is():
    def spoil(messages):
        spoiled = json.dumps(messages)
        for message in messages:
            message["content"] = "spoiled"
        messages.clear()
        return spoiled and "Noted."

    client = FakeClient()
    client.chat.completions.create = lambda **request: answer(spoil(request["messages"]))
    memory = ChatMemory(client, "Be brief.")
    memory.ask("Hello")
    memory.ask("Hello again")
    assert [message["content"] for message in memory.messages] == [
        "Be brief.",
        "Hello",
        "Noted.",
        "Hello again",
        "Noted.",
    ]
