"""Programs as users write them, with types: `tests/test_types.py` has mypy read them, and nothing here is run."""

import json
from typing import Any, cast

from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionContentPartParam, ChatCompletionMessageParam, ChatCompletionToolUnionParam

from chat_memory import (
    ChatMemory,
    Message,
    Tool,
    count_tokens,
    items_of,
    line_chart,
    message_tokens,
    messages_of,
    show_request,
    sliding_window,
    split_turns,
    summarize,
    trim_to_budget,
)
from chat_memory.facts import UserFacts
from chat_memory.notices import Folded, Notice
from chat_memory.store import ConversationStore
from chat_memory.summary import summarize_async
from chat_memory.tools import Called, Event, Result, Text
from common import MODEL, PRICE, get_client, reply_limit


def with_plain_dicts(text: str) -> str:
    """Dicts that are written down without a type, as in the lessons."""
    history = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
    history.append({"role": "assistant", "content": "Kyoto."})
    kept = trim_to_budget(sliding_window(history, 2), 500, reply_tokens=100)
    kept = [*kept, {"role": "user", "content": f"{count_tokens(kept)} tokens so far."}]
    print(show_request(kept, budget=500), message_tokens(kept[0]), kept[-1]["content"].upper())
    chart = line_chart({"sizes": (n for n in (1, 2.5))}, x="turn", y="tokens", lines={"limit": 2})
    print(chart.svg.encode(), chart.text.splitlines(), chart.alt.upper())
    return str(kept[0]["content"])


def through_responses(client: OpenAI, id: str) -> list[Message]:
    kept = [*client.responses.input_items.list(id, order="asc"), *client.responses.retrieve(id).output]
    memory = ChatMemory(client, "Be brief.", api="responses", server_keeps=True, history=messages_of(kept))
    memory.ask("Where is Kyoto?")
    print(items_of(memory.messages)[0]["content"], items_of([{"role": "user", "content": "Hi"}]))
    return memory.messages


class Written:
    output: list[dict[str, Any]]


class Endpoint:
    def create(self, **request: Any) -> Written:
        return Written()


class OwnClient:
    """A client of one's own, which knows Responses alone."""

    responses = Endpoint()


def with_a_client_of_ones_own() -> list[str]:
    memory = ChatMemory(OwnClient(), api="responses", server_keeps=True)
    memory.ask("Where is Kyoto?")
    return memory.response_ids


def with_common() -> float:
    question = {"role": "user", "content": "Where is Kyoto?"}
    answer = get_client().chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question["content"]}], **reply_limit(200)
    )
    print(answer.choices[0].message.content, count_tokens([question]))
    return PRICE.of(answer.usage)


def with_dicts_of_anything(history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> int:
    instructions, turns = split_turns(history)
    return count_tokens([*instructions, *turns[-1]], tools=tools) + count_tokens(json.loads("[]"))


def with_literals() -> None:
    called = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    picture = {"type": "image_url", "image_url": {"url": "cat.png"}}
    print(
        count_tokens(
            [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None, "tool_calls": [called]}]
        )
    )
    print(count_tokens({"role": role, "content": [picture]} for role in ("user", "assistant")))


def with_our_messages(client: OpenAI) -> list[Message]:
    """What the memory and the store hand out, and messages with parts, calls and results that are written down."""
    history: list[Message] = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "x"}}],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "A cat."},
        {"role": "assistant", "content": "It is a cat.", "refusal": None, "audio": {"id": "audio_1"}},
    ]
    with ConversationStore("chats.db") as store:
        conversation = store.open("ana")
        conversation.append(history)
        memory = ChatMemory(client, "Be brief.", conversation=conversation)
        reply: str = memory.ask("What was it?")
        history += [*conversation.messages(), *memory.messages, {"role": "assistant", "content": reply}]
    sent: list[Message] = sliding_window([{"role": "user", "content": "Hi"}], 1)
    client.chat.completions.create(model=MODEL, messages=cast(list[ChatCompletionMessageParam], sent))
    text = history[0].get("content")
    print(text.upper() if isinstance(text, str) else text)
    return trim_to_budget(history, 1_000)


def with_messages_of_openai(client: OpenAI, tools: list[ChatCompletionToolUnionParam]) -> str | None:
    """The types of the openai package come back as they are, so that they can be sent."""
    history: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Where is Kyoto?"},
    ]
    fitting = trim_to_budget(sliding_window(history, 6), 1_000, tools=tools)
    instructions, turns = split_turns(fitting)
    print(count_tokens(fitting, tools=tools), show_request(instructions))
    client.chat.completions.create(model=MODEL, messages=[*instructions, *turns[-1]])
    said = client.chat.completions.create(model=MODEL, messages=fitting).choices[0].message
    with ConversationStore("chats.db") as store:
        store.open("ana").append([*turns[-1], {"role": "assistant", "content": said.content}])
    return said.content


class Reply:
    """A whole answer of a client that is not openai's."""

    choices = ({"finish_reason": "stop", "message": {"content": "Hello."}},)


class Completions:
    def create(self, *, model: str, messages: list[dict[str, Any]], stream: bool = False) -> Reply:
        return Reply()


class Chat:
    completions = Completions()


class AClientLikeIt:
    chat = Chat()


def with_what_is_the_callers(client: OpenAI, picture: ChatCompletionContentPartParam) -> int:
    """Functions of the caller's, and a question of parts, written down or of the openai package's types."""
    seen: list[int] = []

    def on_notice(notice: Notice) -> None:
        if isinstance(notice, Folded):
            seen.append(notice.turns)

    memory = ChatMemory(client, count=len, part_tokens=lambda part: 700, on_notice=on_notice, summary_model="small")
    memory.ask([{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "cat.png"}}])
    parts: list[ChatCompletionContentPartParam] = [picture]
    memory.ask(parts)
    return count_tokens(memory.messages, count=len, part_tokens=700) + memory.summary_usage.requests


def with_any_client() -> str:
    client = AClientLikeIt()
    memory = ChatMemory(client, "Be brief.")
    return memory.ask("Hi") + "".join(memory.stream("Hi again")) + summarize(client, memory.messages)


async def with_an_async_client(client: AsyncOpenAI, facts: UserFacts) -> str:
    memory = ChatMemory(client, facts=facts)
    pieces = [piece async for piece in memory.stream_async("Hi")]
    await facts.learn_async(client, memory.messages)
    return await memory.ask_async("Hi again") + "".join(pieces) + await summarize_async(client, memory.messages)


def weather(city: str) -> dict[str, float]:
    return {city: 21.5}


async def forecast(city: str, days: int = 3) -> str:
    return f"{city}: {days} days of sun"


def with_tools(client: OpenAI) -> list[str]:
    memory = ChatMemory(client, tools=[weather, Tool(weather, name="same", schema={"type": "object"})], max_steps=3)
    told = [memory.ask("How is Rome?")]
    for event in memory.events("And Oslo?"):
        match event:
            case Text(piece):
                told.append(piece)
            case Called(id, name, arguments):
                told.append(f"{id} {name} {arguments}")
            case Result(content=content, failed=failed):
                told.append(content if not failed else "failed")
    return told


async def with_async_tools(client: AsyncOpenAI) -> list[Event]:
    memory = ChatMemory(client, tools=[weather, forecast], parallel_tools=True)
    return [event async for event in memory.events_async("How is Rome?")]
