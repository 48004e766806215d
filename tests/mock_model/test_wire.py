"""What goes over the wire: bodies, streams, limits and usage, through the real openai client."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import openai
import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk

import mock_model
from mock_model.api.completion import Reply

HELLO = [{"role": "user", "content": "Hello"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
PARIS = (("weather", {"city": "Paris"}),)
# The last of these has a word far longer than a chunk, characters of several tokens, and every kind of white space.
SAMPLE = "  One two.\n\nThree \u2028 four\tfive \U0001f469\u200d\U0001f680 " + "漢字" * 40 + " \n"
REPLIES = {
    "text": Reply("The harbour is open from nine."),
    "text of all kinds": Reply(SAMPLE),
    "nothing": Reply(""),
    "call": Reply(None, tool_calls=PARIS),
    "two calls": Reply(None, tool_calls=(*PARIS, ("weather", {"city": "Łódź"}))),
    "text and call": Reply("One moment.", tool_calls=PARIS),
    "reasoning": Reply("In spring.", reasoning="They ask when. Spring is mild."),
}


def length(text: str, encoding: str = "o200k_base") -> int:
    return len(tiktoken.get_encoding(encoding).encode(text, disallowed_special=()))


def client_that_says(reply: Reply, **options: Any) -> openai.OpenAI:
    return mock_model.get_mock_client(reply_to=lambda body, fits: reply, **options)


def ask(client: openai.OpenAI, messages: list[dict] = HELLO, model: str = "offline-model", **options: Any) -> Any:
    return client.chat.completions.create(model=model, messages=messages, **options)


def body_of(client: openai.OpenAI, **request: Any) -> bytes:
    """The bytes of an answer."""
    request = {"model": "offline-model", "messages": HELLO, **request}
    return client.chat.completions.with_raw_response.create(**request).http_response.read()


def joined(chunks: list[ChatCompletionChunk]) -> dict[str, Any]:
    """A stream put together again as a client would do it."""
    result: dict[str, Any] = {"content": "", "reasoning": "", "calls": {}, "finish": None, "usage": None}
    for chunk in chunks:
        result["usage"] = chunk.usage or result["usage"]
        for choice in chunk.choices:
            result["content"] += choice.delta.content or ""
            result["reasoning"] += getattr(choice.delta, "reasoning_content", None) or ""
            result["finish"] = choice.finish_reason or result["finish"]
            for call in choice.delta.tool_calls or ():
                whole = result["calls"].setdefault(call.index, {"id": "", "name": "", "arguments": ""})
                whole["id"] += call.id or ""
                whole["name"] += call.function.name or ""
                whole["arguments"] += call.function.arguments or ""
    return result


@pytest.mark.parametrize("model", ["offline-model", "offline-thinker", "gpt-6-luna", "gpt-4o-mini", "gpt-4"])
@pytest.mark.parametrize("limit", [None, 3])
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_every_answer_is_valid_by_the_types_of_openai(reply: Reply, limit: int | None, model: str) -> None:
    client = client_that_says(reply)
    request = {"model": model, "max_completion_tokens": limit}
    if model != "gpt-6-luna":
        request["tools"] = [WEATHER]
    ChatCompletion.model_validate_json(body_of(client, **request), strict=True)
    stream = body_of(client, **request, stream=True, stream_options={"include_usage": True}).decode()
    events = stream.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    for event in events[:-2]:
        ChatCompletionChunk.model_validate_json(event.removeprefix("data: "), strict=True)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("limit", [None, 2, 7])
def test_a_stream_says_what_the_plain_answer_says(reply: Reply, limit: int | None) -> None:
    client = client_that_says(reply)
    options = {"reasoning_effort": "low", "tools": [WEATHER], "max_completion_tokens": limit}
    plain = ask(client, **options)
    message = plain.choices[0].message
    whole = joined(list(ask(client, **options, stream=True, stream_options={"include_usage": True})))
    assert whole["content"] == (message.content or "")
    assert whole["reasoning"] == getattr(message, "reasoning_content", "")
    calls = [(call.function.name, call.function.arguments) for call in message.tool_calls or ()]
    assert [(call["name"], call["arguments"]) for call in whole["calls"].values()] == calls
    assert whole["finish"] == plain.choices[0].finish_reason
    assert whole["usage"] == plain.usage


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200), city=st.text(max_size=30))
def test_a_stream_joins_to_the_plain_answer_whatever_the_text(text: str, city: str) -> None:
    client = client_that_says(Reply(text, tool_calls=(("weather", {"city": city}),)))
    chunks = list(ask(client, tools=[WEATHER], stream=True))
    whole = joined(chunks)
    assert whole["content"] == text == ask(client, tools=[WEATHER]).choices[0].message.content
    assert json.loads(whole["calls"][0]["arguments"]) == {"city": city}


def test_arguments_are_compact_and_in_plain_characters() -> None:
    answer = ask(client_that_says(Reply(None, tool_calls=(("weather", {"city": "Łódź", "days": 2}),))), tools=[WEATHER])
    assert answer.choices[0].message.tool_calls[0].function.arguments == '{"city":"Łódź","days":2}'


def test_the_chunks_of_a_stream_come_in_the_order_of_openai() -> None:
    client = client_that_says(Reply("In spring.", reasoning="Mild then."))
    chunks = list(ask(client, stream=True, reasoning_effort="low", stream_options={"include_usage": True}))
    deltas = [chunk.choices[0].delta.model_dump(exclude_unset=True) for chunk in chunks[:-1]]
    assert deltas == [
        {"role": "assistant", "content": "", "refusal": None},
        {"reasoning_content": "Mild"},
        {"reasoning_content": " then."},
        {"content": "In"},
        {"content": " spring."},
        {},
    ]
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * 6
    assert all("usage" in chunk.model_fields_set for chunk in chunks)
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens > 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_without_include_usage_has_no_usage() -> None:
    chunks = list(ask(client_that_says(Reply("Yes.")), stream=True))
    assert all(chunk.choices and "usage" not in chunk.model_fields_set for chunk in chunks)


def test_the_deltas_of_a_tool_call_are_those_of_openai() -> None:
    chunks = list(ask(client_that_says(Reply(None, tool_calls=PARIS)), tools=[WEATHER], stream=True))
    deltas = [chunk.choices[0].delta.model_dump(exclude_unset=True) for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": None, "refusal": None}
    first = deltas[1]["tool_calls"][0]
    assert first["id"].startswith("call_") and first["type"] == "function"
    assert first["function"] == {"name": "weather", "arguments": ""}
    assert deltas[2] == {"tool_calls": [{"index": 0, "function": {"arguments": '{"city":"Paris"}'}}]}
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize("stream", [False, True])
def test_the_same_request_gets_the_same_bytes(stream: bool) -> None:
    one, other = mock_model.get_mock_client(), mock_model.get_mock_client()
    assert body_of(one, stream=stream) == body_of(other, stream=stream) == body_of(one, stream=stream)


def test_the_order_of_keys_and_the_white_space_of_a_request_do_not_matter() -> None:
    server = mock_model.MockServer()
    body = {"model": "offline-model", "messages": [{"role": "user", "content": "Hello"}], "seed": 1}
    turned = {"seed": 1, "messages": [{"content": "Hello", "role": "user"}], "model": "offline-model"}
    answers = [
        server.handle(
            httpx2.Request("POST", "http://x/v1/chat/completions", headers={"authorization": "Bearer k"}, content=text)
        )
        for text in (json.dumps(body), json.dumps(turned, indent=4))
    ]
    assert answers[0].content == answers[1].content


LONG = "The museum of the harbour has a hall of ships. " * 120  # long enough to be cached
REQUESTS = [
    {"messages": HELLO},
    {"messages": [{"role": "system", "content": LONG}, *HELLO]},
    {"messages": [{"role": "system", "content": LONG}, {"role": "user", "content": "And then?"}]},
    {"messages": HELLO, "model": "gpt-6-luna"},
    {"messages": HELLO, "tools": [WEATHER]},
]


@settings(max_examples=25, deadline=None)
@given(order=st.lists(st.sampled_from(range(len(REQUESTS))), min_size=1, max_size=8))
def test_earlier_requests_change_the_cache_figures_only(order: list[int]) -> None:
    server = mock_model.MockServer()
    for number in order:
        answer = json.loads(body_of(server.client(), **REQUESTS[number]))
        alone = json.loads(body_of(mock_model.get_mock_client(), **REQUESTS[number]))
        for body in (answer, alone):
            del body["usage"]["prompt_tokens_details"]
        assert answer == alone


def test_different_requests_have_different_ids() -> None:
    client = mock_model.get_mock_client()
    ids = {json.loads(body_of(client, **request))["id"] for request in [*REQUESTS, {"seed": 2}]}
    assert len(ids) == len(REQUESTS) + 1
    assert all(id.startswith("chatcmpl-") for id in ids)


def test_usage_counts_content_reasoning_and_calls() -> None:
    answer = ask(client_that_says(Reply("In spring.", tool_calls=PARIS, reasoning="Mild then.")), tools=[WEATHER])
    call = answer.choices[0].message.tool_calls[0]
    assert call.function.arguments == '{"city":"Paris"}'
    expected = length("In spring.") + length("Mild then.")
    expected += length(call.id) + length("function") + length("weather") + length('{"city":"Paris"}')
    assert answer.usage.completion_tokens == expected
    assert answer.usage.completion_tokens_details.reasoning_tokens == length("Mild then.")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + expected


@pytest.mark.parametrize(
    ("model", "options", "effort", "shown"),
    [
        ("offline-model", {}, "none", True),
        ("offline-model", {"reasoning_effort": "high"}, "high", True),
        ("offline-thinker", {}, "high", True),
        ("offline-thinker", {"reasoning_effort": "none"}, "none", True),
        ("gpt-6-luna", {}, "medium", False),
        ("gpt-6-luna", {"reasoning_effort": "none"}, "none", False),
        ("gpt-4o-mini", {}, "none", False),
    ],
)
def test_the_reply_is_told_the_effort_in_force(model: str, options: dict, effort: str, shown: bool) -> None:
    seen = []

    def reply(body: dict, fits: Any) -> Reply:
        seen.append(body["reasoning_effort"])
        return Reply("Yes.", reasoning="Why not.")

    answer = ask(mock_model.get_mock_client(reply_to=reply), model=model, **options)
    assert seen == [effort]
    assert getattr(answer.choices[0].message, "reasoning_content", None) == ("Why not." if shown else None)
    assert answer.usage.completion_tokens_details.reasoning_tokens == length("Why not.")


@pytest.mark.parametrize("limit", range(1, 12))
def test_a_reply_is_cut_to_its_limit(limit: int) -> None:
    text = "The harbour opens at nine in the morning."  # nine tokens
    answer = ask(client_that_says(Reply(text)), max_completion_tokens=limit)
    content = answer.choices[0].message.content
    assert text.startswith(content)
    assert answer.usage.completion_tokens == min(limit, 9) == length(content)
    assert answer.choices[0].finish_reason == ("length" if limit < 9 else "stop")


def test_hidden_reasoning_can_use_up_a_small_limit() -> None:
    client = client_that_says(Reply("In spring.", reasoning="First I think about it for quite a while."))
    answer = ask(client, model="gpt-6-luna", max_completion_tokens=5)
    assert answer.choices[0].message.content == ""
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == answer.usage.completion_tokens_details.reasoning_tokens == 5


def test_a_cut_tool_call_has_broken_arguments() -> None:
    client = client_that_says(Reply(None, tool_calls=(("weather", {"city": "Paris, the capital of France"}),)))
    whole = ask(client, tools=[WEATHER])
    limit = whole.usage.completion_tokens - 3
    cut = ask(client, tools=[WEATHER], max_completion_tokens=limit)
    assert cut.choices[0].finish_reason == "length"
    arguments = cut.choices[0].message.tool_calls[0].function.arguments
    assert whole.choices[0].message.tool_calls[0].function.arguments.startswith(arguments)
    with pytest.raises(json.JSONDecodeError):
        json.loads(arguments)
    assert cut.usage.completion_tokens <= limit


def test_a_reply_gets_what_the_window_leaves() -> None:
    client = client_that_says(Reply("The harbour opens at nine in the morning."), context_window=12)
    answer = ask(client)
    assert answer.usage.prompt_tokens == 8
    assert answer.usage.completion_tokens == 4
    assert answer.choices[0].finish_reason == "length"


def test_fits_tells_what_is_within_the_limit() -> None:
    told = {}

    def reply(body: dict, fits: Any) -> Reply:
        told[body.get("max_completion_tokens")] = [fits("one two"), fits("one two three four")]
        return Reply("Yes.")

    client = mock_model.get_mock_client(reply_to=reply)
    ask(client)
    ask(client, max_completion_tokens=3)
    ask(client, max_completion_tokens=4)
    assert told == {None: [True, True], 3: [True, False], 4: [True, True]}


@pytest.mark.parametrize(
    ("stop", "content"),
    [
        ("three", "one two "),
        (["four", "two"], "one "),
        (["five"], "one two three four"),
        ("", "one two three four"),
        ("one", ""),
    ],
)
def test_a_reply_ends_before_a_stop_sequence(stop: Any, content: str) -> None:
    answer = ask(client_that_says(Reply("one two three four")), stop=stop)
    assert answer.choices[0].message.content == content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens == length(content)


def test_nothing_comes_after_a_stop_sequence() -> None:
    answer = ask(client_that_says(Reply("one two", tool_calls=PARIS)), tools=[WEATHER], stop="two")
    assert answer.choices[0].message.tool_calls is None
    assert answer.choices[0].finish_reason == "stop"


def test_hidden_reasoning_is_hidden_in_a_stream_too() -> None:
    client = client_that_says(Reply("In spring.", reasoning="Mild then."))
    chunks = list(ask(client, model="gpt-6-luna", stream=True, stream_options={"include_usage": True}))
    assert joined(chunks)["reasoning"] == ""
    assert chunks[-1].usage.completion_tokens_details.reasoning_tokens == length("Mild then.")


def test_an_answer_can_be_sent_back() -> None:
    seen = []

    def reply(body: dict, fits: Any) -> Reply:
        seen.append(body["messages"])
        return Reply("Sunny.") if len(body["messages"]) > 1 else Reply(None, tool_calls=PARIS, reasoning="A tool.")

    client = mock_model.get_mock_client(reply_to=reply)
    first = ask(client, tools=[WEATHER], reasoning_effort="low")
    message = first.choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "21 degrees"}
    second = ask(client, [*HELLO, message, result], tools=[WEATHER])
    assert second.choices[0].message.content == "Sunny."
    # the answer costs in the prompt what it cost as a completion, and 3 for the message, 1 for its role
    grown = second.usage.prompt_tokens - first.usage.prompt_tokens
    of_result = 3 + length("tool") + length(result["tool_call_id"]) + length("21 degrees")
    assert grown == first.usage.completion_tokens + 3 + length("assistant") + of_result
    dumped = {**message.model_dump(), "reasoning_content": None}
    assert ask(client, [*HELLO, dumped, result], tools=[WEATHER]).choices[0].message.content == "Sunny."


def test_async_clients_get_the_same() -> None:
    async def both() -> tuple[str, str]:
        client = mock_model.get_mock_async_client(reply_to=lambda body, fits: Reply(SAMPLE))
        plain = await client.chat.completions.create(model="offline-model", messages=HELLO)
        stream = await client.chat.completions.create(model="offline-model", messages=HELLO, stream=True)
        return plain.choices[0].message.content, joined([chunk async for chunk in stream])["content"]

    assert asyncio.run(both()) == (SAMPLE, SAMPLE)


def test_the_model_answers_as_it_comes() -> None:
    answer = ask(mock_model.get_mock_client())
    assert answer.choices[0].message.content.strip()
    assert answer.choices[0].finish_reason == "stop"


def test_models() -> None:
    client = mock_model.get_mock_client()
    names = [model.id for model in client.models.list()]
    chat = ["offline-model", "offline-thinker", "gpt-6-luna", "gpt-4o-mini", "gpt-4"]
    assert names == [*chat, "offline-embedding", "text-embedding-3-small"]
    assert [client.models.retrieve(name).id for name in names] == names
    for name in chat:
        assert ask(client, model=name).model == name


def test_nothing_is_sent_anywhere_and_nothing_is_retried() -> None:
    for client in (mock_model.get_mock_client(), mock_model.get_mock_async_client()):
        assert client.base_url.host.endswith(".invalid")
        assert client.max_retries == 0
        assert client.api_key == "offline"
