"""Clients as they are met: wrapped, mirrored, made up, without a stream. Right ones are served, wrong ones refused unsent."""

import asyncio
import functools
import threading
from enum import Enum
from types import SimpleNamespace
from unittest.mock import MagicMock

import openai
import pytest

from chat_memory import ChatMemory, IncompleteReply, Usage, count_tokens

from .wire import WAYS, asked, chunk, events, piece, refusing, streamed, whole

COUNTED = Usage(1, 8, 1)  # counted here: "Hello", and "Hi"
STREAMED = ["stream", "stream_async"]


def client_of(create):
    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))


def thing(value):
    """A JSON value as an object."""
    if isinstance(value, dict):
        return SimpleNamespace(**{name: thing(inner) for name, inner in value.items()})
    return [thing(inner) for inner in value] if isinstance(value, list) else value


def reply(text="Hi", reason="stop", **message):
    answer = whole(text, reason)
    answer["choices"][0]["message"] |= message
    return thing(answer)


def asking(answer, **options):
    """A memory whose client answers with this."""
    return ChatMemory(client_of(lambda **request: answer), **options)


async def later(**request):
    return [piece("Hi", "stop")] if request.get("stream") else reply()


def now(**request):
    return asyncio.run(later(**request))


async def one_by_one(**request):
    yield piece("Hi", "stop")


class Proxy:
    """Has every attribute there is."""

    def __init__(self, create):
        self.__dict__["create_"] = create

    def __getattr__(self, name):
        return Proxy(self.create_)

    def __call__(self, **request):
        return self.create_(**request)


class WithEnter(SimpleNamespace):
    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


# The kind of client


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wrap", [lambda create: client_of(functools.wraps(mirror_of(create))(create)), Proxy])
def test_a_client_is_known_by_what_it_does_not_by_what_it_wraps(way, wrap):
    memory = ChatMemory(wrap(later if way.endswith("async") else now))
    assert WAYS[way](memory, "Hello") == "Hi"


def mirror_of(create):
    """The other kind of function."""
    return now if create is later else later


@pytest.mark.parametrize("way", ["ask_async", "stream_async"])
def test_an_async_client_may_be_entered_and_hide_that_it_is_async(way):
    hidden = client_of(lambda **request: later(**request)).chat
    assert WAYS[way](ChatMemory(WithEnter(chat=hidden)), "Hello") == "Hi"


class Awaited:
    def __await__(self):
        yield


@pytest.mark.parametrize("way", ["ask", "stream"])
@pytest.mark.parametrize("create", [later, one_by_one, lambda **request: Awaited(), Proxy(later)])
def test_what_has_to_be_awaited_is_refused_where_nothing_awaits(way, create):
    with pytest.raises(TypeError, match="_async"):
        WAYS[way](ChatMemory(client_of(create)), "Hello")


@pytest.mark.parametrize(
    "client",
    [
        openai.AsyncAzureOpenAI(api_key="x", azure_endpoint="http://server.invalid", api_version="1"),
        openai.AsyncOpenAI(api_key="x", base_url="http://server.invalid").with_options(timeout=1),
    ],
    ids=["azure", "with options"],
)
def test_every_async_client_of_openai_is_refused_before_it_is_called(client):
    with pytest.raises(TypeError, match="_async"):
        ChatMemory(client).ask("Hello")


# What comes in place of a stream


def in_turn(create_answer):
    async def create(**request):
        return create_answer()

    return create


@pytest.mark.parametrize("way", STREAMED)
@pytest.mark.parametrize(
    "answer",
    [lambda: whole("Hi"), reply, lambda: [piece("Hi", "stop")], lambda: iter([piece("Hi"), thing(piece("", "stop"))])],
    ids=["dict", "object", "list", "iterator"],
)
def test_a_client_that_does_not_stream_is_understood(way, answer):
    create = in_turn(answer) if way == "stream_async" else lambda **request: answer()
    memory = ChatMemory(client_of(create))
    assert WAYS[way](memory, "Hello") == "Hi" and memory.usage == COUNTED


def test_an_async_function_with_yield_is_a_stream():
    assert asyncio.run(streamed(ChatMemory(client_of(one_by_one)), "Hello")) == "Hi"


@pytest.mark.parametrize("way", STREAMED)
@pytest.mark.parametrize("answer", [None, "<html>It works!", {"error": "busy"}, SimpleNamespace(detail="busy")])
def test_what_is_no_reply_in_place_of_a_stream_is_an_incomplete_reply(way, answer):
    create = in_turn(lambda: answer) if way == "stream_async" else lambda **request: answer
    with pytest.raises(IncompleteReply):
        WAYS[way](ChatMemory(client_of(create)), "Hello")


class Closable:
    """A stream that can be closed and not entered."""

    def __init__(self):
        self.closed = 0

    def __iter__(self):
        yield from (piece("Hi"), piece("", "stop"))

    def close(self):
        self.closed += 1


class ClosableLater(Closable):
    async def __aiter__(self):
        for part in Closable.__iter__(self):
            yield part

    async def close(self):
        self.closed += 1


def test_a_stream_that_is_given_up_is_closed():
    chunks = Closable()
    pieces = ChatMemory(client_of(lambda **request: chunks)).stream("Hello")
    next(pieces)
    assert not chunks.closed
    pieces.close()
    assert chunks.closed == 1

    async def give_up(chunks):
        pieces = ChatMemory(client_of(in_turn(lambda: chunks))).stream_async("Hello")
        await anext(pieces)
        await pieces.aclose()
        return chunks.closed

    assert asyncio.run(give_up(ClosableLater())) == 1


@pytest.mark.parametrize("way", STREAMED)
@pytest.mark.parametrize("text", [None, "", 7])
def test_what_is_no_question_is_refused_at_the_call(way, text):
    with pytest.raises((TypeError, ValueError), match="question"):
        getattr(ChatMemory(None), way)(text)


# What the client does to a request


def test_what_a_client_does_to_a_request_stays_with_it():
    def create(**request):
        for i, message in enumerate(request["messages"]):
            request["messages"][i] = thing(message)
        request["more"]["list"].append(1)
        return reply(str(request["more"]))

    memory = ChatMemory(client_of(create), "Be brief.", options={"more": {"list": []}})
    assert memory.ask("Hello") == memory.ask("Hello") == "{'list': [1]}"
    assert memory.usage.requests == 2


def test_an_option_may_have_any_name():
    options = {"usage": {"include": True}, "client": 1, "refused": 2, "request": 3, "resource": 4}
    requests = []
    create = lambda **request: requests.append(request) or reply()  # noqa: E731
    memory = ChatMemory(client_of(create), options=options)
    assert memory.ask("Hello") == "Hi" and "".join(memory.stream("Hello")) == "Hi"
    assert all(request.items() >= options.items() for request in requests)


@pytest.mark.parametrize("name", ["model", "messages", "stream", "stream_options", "tools", "functions", "n"])
def test_what_is_no_option_cannot_be_slipped_into_the_body(name):
    with pytest.raises(ValueError, match=rf"options\['extra_body'\] cannot hold {name}"):
        ChatMemory(None, options={"extra_body": {name: 2, "seed": 1}})
    ChatMemory(None, options={"extra_body": {"n": 1, "seed": 1}})


@pytest.mark.parametrize("options", [[], "", 0, False, {"tracer": threading.Lock()}])
def test_options_that_cannot_be_kept_are_named(options):
    with pytest.raises(TypeError, match="options"):
        ChatMemory(None, options=options)


# A server that does not tell the usage of a stream

ABOUT = "Unknown parameter: stream_options"
HAS_THE_WORD = "What does stream_options do?"


def failing(error):
    """A client that fails where it is asked for the usage."""

    def create(**request):
        if "stream_options" in request:
            raise error
        return [piece("Hi", "stop")]

    return create


class StatusError(Exception):
    def __init__(self, status, words, body=None):
        super().__init__(words)
        self.status_code, self.body = status, body


@pytest.mark.parametrize(
    ("error", "question"),
    [
        (StatusError(400, ABOUT), "Hello"),
        (TypeError("create() got an unexpected keyword argument 'stream_options'"), HAS_THE_WORD),
        (StatusError(422, ABOUT, {"detail": [{"loc": ["body", "stream_options"], "input": {}}]}), HAS_THE_WORD),
        (StatusError(400, ABOUT, {"param": "stream_options"}), HAS_THE_WORD),
    ],
)
def test_a_refusal_of_the_parameter_is_known_by_its_name(error, question):
    assert "".join(ChatMemory(client_of(failing(error))).stream(question)) == "Hi"


@pytest.mark.parametrize(
    ("error", "question"),
    [
        (StatusError(429, ABOUT), "Hello"),
        (StatusError(500, ABOUT), "Hello"),
        (TimeoutError(ABOUT), "Hello"),
        (StatusError(400, f"Blocked: {HAS_THE_WORD}"), HAS_THE_WORD),
        (StatusError(422, "No.", {"detail": [{"loc": ["body"], "input": {"stream_options": {}}}]}), "Hello"),
    ],
)
def test_what_is_not_about_the_parameter_is_raised(error, question):
    with pytest.raises(type(error)) as raised:
        list(ChatMemory(client_of(failing(error))).stream(question))
    assert raised.value is error


@pytest.mark.parametrize("way", STREAMED)
@pytest.mark.parametrize("refusal", [{"error": {"message": ABOUT}}, events({"error": {"message": ABOUT}})])
def test_a_refusal_under_the_status_200_counts_too(way, refusal):
    server, memory = asked(way, refusal, *[events(piece("Hi", "stop"))] * 2)
    assert [WAYS[way](memory, "Hello") for _ in "ab"] == ["Hi", "Hi"]
    assert ["stream_options" in request for request in server.requests] == [True, False, False]


@pytest.mark.parametrize("way", STREAMED)
def test_only_an_answer_shows_that_the_parameter_was_the_fault(way):
    about = refusing(400, ABOUT)
    server, memory = asked(way, about, refusing(400, "Too long."), about, events(piece("Hi", "stop")))
    with pytest.raises(openai.BadRequestError, match="Too long"):
        WAYS[way](memory, "Hello")
    assert WAYS[way](memory, "Hello") == "Hi"
    assert ["stream_options" in request for request in server.requests] == [True, False, True, False]


# What is no reply, no usage, no reason


@pytest.mark.parametrize(
    "usage",
    [
        "12",
        7,
        [1],
        MagicMock(),
        {"prompt_tokens": "12", "completion_tokens": "1"},
        {"prompt_tokens": -1},
        {"prompt_tokens": float("nan"), "completion_tokens": True, "prompt_tokens_details": "none"},
    ],
    ids=["text", "number", "list", "stand-in", "texts", "negative", "other"],
)
def test_usage_that_is_no_number_is_counted_here(usage):
    answer = reply()
    answer.usage = usage
    memory = asking(answer)
    assert memory.ask("Hello") == "Hi" and memory.usage == COUNTED


def test_usage_that_comes_in_parts_is_put_together():
    usages = [{"prompt_tokens": 70}, {"prompt_tokens": -1, "total_tokens": 99}, {"completion_tokens": 3.0}, {}]
    memory = asking([*(chunk(usage=usage) for usage in usages), piece("Hi", "stop", usage={"prompt_tokens": None})])
    assert list(memory.stream("Hello")) == ["Hi"] and memory.usage == Usage(1, 70, 3)


class Reason(str, Enum):  # noqa: UP042 (its str() is not its value)
    STOP, LENGTH = "stop", "length"


@pytest.mark.parametrize("reason", [Reason.STOP, " stop\n", Enum("Finish", {"STOP": 1}).STOP])
def test_an_end_may_be_written_in_many_ways(reason):
    assert asking(reply(reason=reason)).ask("Hello") == "Hi"


@pytest.mark.parametrize("reason", ["length", "content_filter", Reason.LENGTH, "banana"])
def test_no_later_word_makes_an_end_of_what_was_none(reason):
    for reasons in ([reason, "stop"], ["stop", reason], [reason, None, "eos"]):
        chunks = [thing(piece("Hi", None)), *(piece("") for _ in reasons)]
        for part, word in zip(chunks[1:], reasons, strict=True):
            part["choices"][0]["finish_reason"] = word
        with pytest.raises(IncompleteReply, match=r"cut off|content filter|finish_reason"):
            list(asking(chunks).stream("Hello"))


@pytest.mark.parametrize(
    ("refusal", "words"),
    [({"why": "policy"}, "policy"), (True, "no reason"), (["No."], "No."), ("No \ud83c", "No \ufffd")],
)
def test_a_refusal_in_any_form_is_one(refusal, words):
    delta = {"index": 0, "delta": {"refusal": refusal}, "finish_reason": "stop"}
    for memory, way in ((asking(reply(None, refusal=refusal)), "ask"), (asking([chunk(delta)]), "stream")):
        with pytest.raises(IncompleteReply, match="The model refused to answer") as error:
            WAYS[way](memory, "Hello")
        assert words in str(error.value) and words in error.value.text
        error.value.text.encode()


def test_a_stand_in_that_makes_up_its_fields_has_not_refused():
    choice = MagicMock(index=0, finish_reason="stop", message=MagicMock(content="Hi"))
    assert asking(MagicMock(choices=[choice])).ask("Hello") == "Hi"


@pytest.mark.parametrize(
    "error", ["quota is used up", {"message": "quota is used up"}, thing({"msg": "quota is used up"})]
)
def test_an_error_beside_a_reply_is_an_error(error):
    beside, within = thing(whole("Hi")), thing(whole("Hi"))
    beside.error = within.choices[0].error = error
    chunks = [thing(piece("Hi", "stop")), thing(chunk())]
    chunks[1].error = error
    for answer, way in ((beside, "ask"), (within, "ask"), (chunks, "stream"), ([beside], "stream")):
        with pytest.raises(IncompleteReply, match="error in place of a reply: quota is used up") as raised:
            WAYS[way](asking(answer), "Hello")
        assert raised.value.text == "Hi"


CIRCLE: dict = {"code": 7}
CIRCLE["cause"] = CIRCLE


@pytest.mark.parametrize(
    "body", [CIRCLE, {("a", 1): 7}, {"error": CIRCLE}, {"error": {(1, 2): 7}}, {"detail": object()}]
)
def test_an_error_in_any_form_can_be_told(body):
    with pytest.raises(IncompleteReply, match=r"7|object"):
        asking(body).ask("Hello")


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ([(0, "He"), (0, "llo")], "Hello"),
        ([(None, "Hello"), (None, "Good day")], "Hello"),
        ([("0", "Hello"), ("1", "Good day")], "Hello"),
        ([(2, "Good day"), (1, "Hello")], "Hello"),
    ],
)
def test_of_several_choices_in_one_chunk_the_first_is_kept_whole(choices, text):
    parts = [{"index": i, "delta": {"content": text}, "finish_reason": "stop"} for i, text in choices]
    assert "".join(asking([chunk(*parts)]).stream("Hello")) == text


@pytest.mark.parametrize("index", [0, 1, "0", "1", None, True])
def test_a_single_choice_is_the_reply_whatever_its_index(index):
    answer, part = whole("Hi"), piece("Hi", "stop")
    answer["choices"][0]["index"] = part["choices"][0]["index"] = index
    for memory, way in ((asking(answer), "ask"), (asking([part]), "stream")):
        assert WAYS[way](memory, "Hello") == "Hi"


def test_parts_may_be_plain_texts():
    memory = asking(reply(["He", None, {"type": "text", "text": "l"}, "lo"]))
    assert memory.ask("Hello") == "Hello"


@pytest.mark.parametrize(
    "message",
    [
        {"reasoning_content": "They greet me."},
        {"reasoning": "They greet me.", "reasoning_content": "They greet me."},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "They greet me."}]}]},
    ],
)
def test_thinking_beside_the_reply_is_counted_and_told(message):
    memory = asking(whole(None) | {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    with pytest.raises(IncompleteReply, match="thinking and nothing else") as error:
        memory.ask("Hello")
    assert error.value.text == "They greet me."
    thought = {"role": "", "content": "They greet me."}
    assert memory.usage.completion_tokens == count_tokens([thought]) - 6
