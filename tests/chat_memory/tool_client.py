"""A model that calls tools as a script says: plain, async, whole, streamed; what it was sent is checked as a server does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

from openai.types.chat import ChatCompletion, ChatCompletionChunk

from chat_memory import ChatMemory, count_tokens
from chat_memory.tools import Called, Event, Result, Text

Answer = dict[str, Any]  # the fields of the assistant's message


def call(name: str, arguments: Any = None, id: str | None = None) -> dict[str, Any]:
    """A call of a tool, as a server sends it."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    return {"id": id, "type": "function", "function": {"name": name, "arguments": text}}


def calling(*calls: dict[str, Any], text: str | None = None, **fields: Any) -> Answer:
    """An answer that calls tools. Calls without an id get one each."""
    numbered = [made | {"id": made["id"] or f"call_{place}"} for place, made in enumerate(calls)]
    return {"content": text, "tool_calls": numbered, **fields}


class ToolClient:
    """Gives its answers one after the other, as the kind of client that it is asked as: an error is raised.

    A request for a summary is answered at once, and is no part of the script.
    """

    def __init__(self, *answers: Answer | str | BaseException, asynchronous: bool = False) -> None:
        self.left = list(answers)
        self.requests: list[dict[str, Any]] = []  # those for a summary left out
        self.summaries: list[dict[str, Any]] = []
        self.fails_to_summarise = False
        create = self.create_async if asynchronous else self.create
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=create))

    def create(self, *, stream: bool = False, **request: Any) -> Any:
        request = deepcopy(request)
        if request["messages"][0]["content"].startswith("You keep the summary"):
            self.summaries.append(request)
            if self.fails_to_summarise:
                raise ConnectionError("no route")
            return whole({"content": "They talked."})
        self.requests.append(request)
        check_messages(request["messages"])
        answer = self.left.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        answer = {"content": answer} if isinstance(answer, str) else answer
        return iter(list(pieces(answer))) if stream else whole(answer)

    async def create_async(self, **request: Any) -> Any:
        await asyncio.sleep(0)
        answer = self.create(**request)
        return answer if isinstance(answer, ChatCompletion) else _awaited(answer)


async def _awaited(chunks: Iterator[Any]) -> Any:
    for chunk in chunks:
        yield chunk


def check_messages(messages: list[dict[str, Any]]) -> None:
    """Each call is answered right after it, and each result answers a call: what any server wants."""
    open_calls: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] in open_calls, "a result without its call"
            open_calls.remove(message["tool_call_id"])
            assert isinstance(message["content"], str)
            continue
        assert not open_calls, "a call without its result"
        assert message.get("content") is not None or message.get("tool_calls")
        open_calls = [made["id"] for made in message.get("tool_calls", ())]
        assert len(set(open_calls)) == len(open_calls) and all(open_calls)
    assert not open_calls, "a call without its result"


def whole(answer: Answer) -> ChatCompletion:
    """An answer that is not streamed, as the client returns it."""
    reason = answer.get("finish_reason") or ("tool_calls" if answer.get("tool_calls") else "stop")
    message = {"role": "assistant"} | {key: value for key, value in answer.items() if key != "finish_reason"}
    choice = {"index": 0, "finish_reason": reason, "message": message}
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
    return ChatCompletion.construct(
        id="x", object="chat.completion", created=0, model="m", choices=[choice], usage=usage
    )


def pieces(answer: Answer) -> Iterator[ChatCompletionChunk]:
    """The same in the chunks of a stream: reasoning, text, then call after call, its arguments in two pieces."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    for key, value in answer.items():
        if key not in ("tool_calls", "finish_reason") and value:
            deltas += [{key: value[:3]}, {key: value[3:]}] if isinstance(value, str) else [{key: value}]
    for index, made in enumerate(answer.get("tool_calls") or ()):
        function = made["function"]
        arguments = function["arguments"]
        deltas.append({"tool_calls": [{**made, "index": index, "function": {**function, "arguments": ""}}]})
        for piece in (arguments[:4], arguments[4:]) if isinstance(arguments, str) else (arguments,):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    reason = answer.get("finish_reason") or ("tool_calls" if answer.get("tool_calls") else "stop")
    for delta in deltas:
        yield chunk({"index": 0, "delta": delta, "finish_reason": None})
    yield chunk({"index": 0, "delta": {}, "finish_reason": reason})
    yield chunk(usage={"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11})


def chunk(*choices: dict[str, Any], **more: Any) -> ChatCompletionChunk:
    return ChatCompletionChunk.construct(
        id="x", object="chat.completion.chunk", created=0, model="m", choices=list(choices), **more
    )


# The ways to ask. Each returns what the caller gets: the reply, or what was told of it.


async def _all(source: Any) -> list[Any]:
    return [item async for item in source]


WAYS: dict[str, Callable[[ChatMemory, str], Any]] = {
    "ask": lambda memory, text: memory.ask(text),
    "stream": lambda memory, text: list(memory.stream(text)),
    "events": lambda memory, text: list(memory.events(text)),
    "ask_async": lambda memory, text: asyncio.run(memory.ask_async(text)),
    "stream_async": lambda memory, text: asyncio.run(_all(memory.stream_async(text))),
    "events_async": lambda memory, text: asyncio.run(_all(memory.events_async(text))),
}


def talk(way: str, *answers: Any, **options: Any) -> tuple[ToolClient, ChatMemory]:
    """A client with these answers, and a memory that asks it this way."""
    client = ToolClient(*answers, asynchronous=way.endswith("async"))
    return client, ChatMemory(client, **options)


def told(events: list[Event]) -> list[tuple[str, ...]]:
    """Events in short: ("text", all pieces in a row), ("called", name), ("result", name, content)."""
    short: list[tuple[str, ...]] = []
    for event in events:
        match event:
            case Text(piece) if short and short[-1][0] == "text":
                short[-1] = ("text", short[-1][1] + piece)
            case Text(piece):
                short.append(("text", piece))
            case Called(_, name, _):
                short.append(("called", name))
            case Result(_, name, content, _):
                short.append(("result", name, content))
    return short


QUESTION = {"role": "user", "content": "How is Rome?"}
LARGE = "word " * 3000


def weather(city: str) -> str:
    """The weather in a city."""
    if city == "Atlantis":
        raise LookupError("no such city")
    return f"{city}: 21 degrees"


def page(name: str) -> str:
    """A page of the web."""
    return LARGE


def asked(way, *answers, **options):
    """The client and the memory after one question, and what came of it."""
    client, memory = talk(way, *answers, **{"tools": [weather], **options})
    return client, memory, WAYS[way](memory, QUESTION["content"])


def text_of(way, came):
    """The text of what came."""
    if way.startswith("events"):
        return [event.piece for event in came if isinstance(event, Text)]
    return came


class NoRoute(ConnectionError):
    pass


def fits(client, budget):
    """Whether each request was within a budget, in tokens."""
    for request in client.requests:
        assert count_tokens(request["messages"], tools=request["tools"]) <= budget
    return True
