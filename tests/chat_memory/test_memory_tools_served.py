"""A memory with tools and the real client: the offline model calls them, and servers that say it in other ways are understood."""

import json

import httpx2
import openai
import pytest

from chat_memory import ChatMemory, count_tokens
from chat_memory.notices import Retried
from chat_memory.tools import Text
from mock_model import MockServer

from .tool_client import WAYS, check_messages
from .wire import Server, chunk, events, piece, refusing, whole

EACH_WAY = pytest.mark.parametrize("way", WAYS)


def get_weather(city: str) -> dict:
    """Get the weather in a city."""
    return {"city": city, "temperature": {"Rome": 21, "Oslo": 3, "Nara": 14}[city]}


class WatchedServer(MockServer):
    """The offline model, which remembers what it was sent."""

    def __init__(self):
        super().__init__()
        self.requests = []

    def handle(self, request):
        self.requests.append(json.loads(request.content))
        return super().handle(request)


def text_of(came):
    if isinstance(came, str):
        return came
    return "".join(item.piece if isinstance(item, Text) else item if isinstance(item, str) else "" for item in came)


@EACH_WAY
@pytest.mark.parametrize("model", ["offline-model", "offline-thinker"])
def test_the_offline_model_calls_tools_and_takes_everything_that_is_sent_back(way, model):
    server = WatchedServer()
    client = server.async_client() if way.endswith("async") else server.client()
    memory = ChatMemory(client, "Be brief.", model=model, tools=[get_weather], options={"reasoning_effort": "high"})
    assert "21" in text_of(WAYS[way](memory, "What is the weather in Rome?"))
    both = text_of(WAYS[way](memory, "What is the weather in Oslo and in Nara?"))
    assert "3" in both and "14" in both
    WAYS[way](memory, "Thank you.")
    assert len(server.requests) == 5 == memory.usage.requests
    check_messages(memory.messages)
    reasoned = [m for m in memory.messages if m.get("reasoning_content")]
    assert len(reasoned) == 4, "of two turns with tools, and not of the last one"
    sent = sum(count_tokens(request["messages"], tools=request["tools"]) for request in server.requests)
    assert memory.usage.prompt_tokens == sent


@EACH_WAY
def test_a_model_that_takes_tools_only_where_it_does_not_think_is_asked_so(way):
    told, server = [], WatchedServer()
    client = server.async_client() if way.endswith("async") else server.client()
    memory = ChatMemory(client, tools=[get_weather], on_notice=told.append)  # the default model, gpt-6-luna
    assert "21" in text_of(WAYS[way](memory, "What is the weather in Rome?"))
    WAYS[way](memory, "Thank you.")
    assert [request.get("reasoning_effort") for request in server.requests] == [None, "none", "none", "none"]
    assert {request["max_completion_tokens"] for request in server.requests[1:]} == {500}, "no room for thinking"
    assert memory.usage.requests == 3 and told == [Retried("reasoning_effort")]
    assert "reasoning_effort='none'" in str(told[0])


@EACH_WAY
@pytest.mark.parametrize("options", [{"reasoning_effort": "low"}, {"extra_body": {"reasoning_effort": "low"}}])
def test_an_effort_of_the_callers_is_left_as_it_is_and_the_refusal_is_theirs(way, options):
    server = WatchedServer()
    client = server.async_client() if way.endswith("async") else server.client()
    memory = ChatMemory(client, tools=[get_weather], options=options)
    with pytest.raises(openai.BadRequestError, match="set reasoning_effort to 'none'"):
        WAYS[way](memory, "What is the weather in Rome?")
    assert len(server.requests) == 1


def test_a_model_that_takes_no_tools_at_all_is_asked_no_third_time():
    server = Server(*[refusing(400, "Function tools with reasoning_effort are not supported for gpt-6-astra.")] * 2)
    memory = ChatMemory(server.client(), tools=[get_weather], model="gpt-6-astra")
    with pytest.raises(openai.BadRequestError, match="not supported for gpt-6-astra"):
        memory.ask("What is the weather in Rome?")
    assert len(server.requests) == 2


def call(index, id, name, arguments):
    function = {key: value for key, value in {"name": name, "arguments": arguments}.items() if value is not None}
    return {key: value for key, value in {"index": index, "id": id, "function": function}.items() if value is not None}


def said(*calls):
    return chunk({"index": 0, "delta": {"tool_calls": list(calls)}, "finish_reason": None})


ROME, OSLO = '{"city": "Rome"}', '{"city": "Oslo"}'
STREAMS = {
    "by index": [
        said(call(0, "a", "get_weather", "")),
        said(call(0, None, None, ROME)),
        said(call(1, "b", "get_weather", OSLO)),
    ],
    "one index for all": [said(call(0, "a", "get_weather", ROME)), said(call(0, "b", "get_weather", OSLO))],
    "both in one chunk": [said(call(0, "a", "get_weather", ROME), call(1, "b", "get_weather", OSLO))],
    "no ids": [said(call(0, None, "get_weather", ROME)), said(call(1, None, "get_weather", OSLO))],
}


@pytest.mark.parametrize("way", [way for way in WAYS if not way.startswith("ask")])
@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("reason", ["tool_calls", "stop"])
def test_calls_are_read_from_any_stream(way, stream, reason):
    server = Server(events(*STREAMS[stream], piece(None, reason)), events(piece("Warm and cold."), piece(None, "stop")))
    memory = ChatMemory(server.client(way.endswith("async")), tools=[get_weather])
    assert text_of(WAYS[way](memory, "Rome or Oslo?")) == "Warm and cold."
    results = [json.loads(m["content"])["city"] for m in server.requests[1]["messages"] if m["role"] == "tool"]
    assert results == ["Rome", "Oslo"]
    check_messages(server.requests[1]["messages"])
    assert memory.usage.prompt_tokens == sum(count_tokens(r["messages"], tools=r["tools"]) for r in server.requests)


@pytest.mark.parametrize("way", ["ask", "ask_async"])
@pytest.mark.parametrize(
    "made",
    [
        {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": ROME}},
        {"id": "a", "function": {"name": "get_weather", "arguments": {"city": "Rome"}}},
        {"id": "", "type": "function", "function": {"name": "get_weather", "arguments": ROME}},
        {"type": "function", "function": {"name": "get_weather", "arguments": ROME}},
        {
            "id": "a",
            "type": "function",
            "function": {"name": "get_weather", "arguments": ROME},
            "extra_content": {"google": 1},
        },
    ],
)
def test_calls_are_read_from_any_answer(way, made):
    answer = whole(None, "tool_calls")
    answer["choices"][0]["message"]["tool_calls"] = [made]
    server = Server(answer, whole("Warm."))
    memory = ChatMemory(server.client(way.endswith("async")), tools=[get_weather])
    assert WAYS[way](memory, "How is Rome?") == "Warm."
    sent = server.requests[1]["messages"]
    check_messages(sent)
    back = sent[1]["tool_calls"][0]
    assert json.loads(back["function"]["arguments"]) == {"city": "Rome"} and back["type"] == "function"
    assert back.get("extra_content") == made.get("extra_content")


@EACH_WAY
def test_an_error_of_the_server_in_the_middle_keeps_nothing(way):
    server = WatchedServer()
    client = server.async_client() if way.endswith("async") else server.client()

    def get_weather(city: str) -> str:
        """Get the weather in a city."""
        server.fail_next(503)
        return "21"

    memory = ChatMemory(client, model="offline-model", tools=[get_weather])
    with pytest.raises(openai.InternalServerError) as error:
        WAYS[way](memory, "What is the weather in Rome?")
    assert memory.messages == [] and error.value.messages[-1]["content"] == "21"


NO_NULL = {
    "OpenAI, for some messages": (400, "Invalid value for 'content': expected a string, got null."),
    "a check of the form": (422, "messages.1.content: Input should be a valid string"),
    "a chat template": (400, 'can only concatenate str (not "NoneType") to str'),
    "a server that fails over it": (500, "[json.exception.type_error.302] type must be string, but is null"),
}


@EACH_WAY
@pytest.mark.parametrize(("status", "words"), NO_NULL.values(), ids=NO_NULL)
def test_a_server_that_refuses_null_content_gets_an_empty_text_beside_calls(way, status, words):
    def strict(request):
        if any(message["content"] is None for message in request["messages"]):
            return refusing(status, words)(request)
        return httpx2.Response(200, json=whole("14 degrees."))

    def calls(request):
        made = {"id": "c", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Nara"}'}}
        return httpx2.Response(200, json=with_message(tool_calls=[made]))

    told, server = [], Server(calls, strict, strict, strict, calls, strict)
    memory = ChatMemory(server.client(way.endswith("async")), tools=[get_weather], on_notice=told.append)
    assert "14" in text_of(WAYS[way](memory, "What is the weather in Nara?"))
    WAYS[way](memory, "Thank you.")
    WAYS[way](memory, "And now?")
    assert server.left == [] and told.count(Retried("null content")) == 1, "it is refused once"
    assert [message["content"] for message in memory.messages if "tool_calls" in message] == [None, None]


def with_message(**fields):
    answer = whole(None, "tool_calls")
    answer["choices"][0]["message"] |= fields
    return answer
