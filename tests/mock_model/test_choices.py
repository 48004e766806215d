"""Several choices for one request (`n`): each is whole, together they are billed, and a stream tells them apart."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

import mock_model

from .test_wire import HELLO, REPLIES, WEATHER, ask, body_of, client_that_says, joined, length

DOG = [{"role": "user", "content": "My dog is called Rex. What is my dog called?"}]


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("limit", [None, 4])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_each_choice_is_what_a_request_for_one_gets_and_each_is_billed(name: str, limit: int | None, n: int) -> None:
    client = client_that_says(REPLIES[name])
    options = {"tools": [WEATHER], "reasoning_effort": "low", "max_completion_tokens": limit}
    one, several = ask(client, **options), ask(client, **options, n=n)
    assert [choice.index for choice in several.choices] == list(range(n))
    for choice in several.choices:
        assert choice.finish_reason == one.choices[0].finish_reason
        assert choice.message.content == one.choices[0].message.content
        assert called(choice) == called(one.choices[0])
    ids = [call.id for choice in several.choices for call in choice.message.tool_calls or ()]
    assert len(set(ids)) == len(ids)
    assert several.usage.prompt_tokens == one.usage.prompt_tokens
    assert several.usage.completion_tokens == sum(map(written, several.choices))
    assert several.usage.total_tokens == several.usage.prompt_tokens + several.usage.completion_tokens
    details = "completion_tokens_details"
    assert getattr(several.usage, details).reasoning_tokens == n * getattr(one.usage, details).reasoning_tokens


def written(choice: Any) -> int:
    """The tokens of a choice: its reasoning, its content, and every string of its calls."""
    message = choice.message
    texts = [getattr(message, "reasoning_content", ""), message.content or ""]
    for call in message.tool_calls or ():
        texts += [call.id, call.type, call.function.name, call.function.arguments]
    return sum(map(length, texts))


def called(choice: Any) -> list[tuple[str, str]]:
    return [(call.function.name, call.function.arguments) for call in choice.message.tool_calls or ()]


@pytest.mark.parametrize("name", REPLIES)
def test_a_stream_of_several_is_the_plain_answer_choice_by_choice(name: str) -> None:
    client = client_that_says(REPLIES[name])
    options = {"tools": [WEATHER], "reasoning_effort": "low", "n": 3}
    plain = ask(client, **options)
    chunks = list(ask(client, **options, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == [] and chunks[-1].usage == plain.usage
    assert all(chunk.usage is None and len(chunk.choices) == 1 for chunk in chunks[:-1])
    for choice in plain.choices:
        own = [chunk for chunk in chunks if chunk.choices and chunk.choices[0].index == choice.index]
        whole = joined(own)
        assert own[0].choices[0].delta.role == "assistant"
        assert whole["content"] == (choice.message.content or "")
        assert [(call["name"], call["arguments"]) for call in whole["calls"].values()] == called(choice)
        assert [call["id"] for call in whole["calls"].values()] == [c.id for c in choice.message.tool_calls or ()]
        assert whole["finish"] == choice.finish_reason


def test_choices_take_turns_in_a_stream() -> None:
    chunks = ask(client_that_says(REPLIES["text"]), n=2, stream=True)
    order = [chunk.choices[0].index for chunk in chunks]
    assert order == [0, 1] * (len(order) // 2)


def test_several_choices_are_valid_by_the_types_of_openai() -> None:
    client = client_that_says(REPLIES["two calls"])
    ChatCompletion.model_validate_json(body_of(client, tools=[WEATHER], n=3), strict=True)
    stream = body_of(client, tools=[WEATHER], n=3, stream=True).decode()
    for event in stream.split("\n\n")[:-2]:
        ChatCompletionChunk.model_validate_json(event.removeprefix("data: "), strict=True)


def test_stop_and_format_hold_for_each_choice() -> None:
    client = mock_model.get_mock_client()
    stopped = ask(client, DOG, n=2, stop=" called")
    assert [choice.message.content for choice in stopped.choices] == ["Your dog is"] * 2
    form = {"name": "pet", "schema": {"type": "object", "properties": {"dog": {"type": "string"}}, "required": ["dog"]}}
    filled = ask(client, DOG, n=2, response_format={"type": "json_schema", "json_schema": form})
    assert [choice.message.content for choice in filled.choices] == ['{"dog": "Rex"}'] * 2


@pytest.mark.parametrize(("kind", "reason"), [("length", "length"), ("empty", "length"), ("refusal", "stop")])
def test_a_failure_of_replies_befalls_each_choice(kind: str, reason: str) -> None:
    server = mock_model.MockServer()
    server.fail_next(kind)
    several = ask(server.client(), DOG, n=2)
    assert [choice.finish_reason for choice in several.choices] == [reason, reason]


def test_a_rate_limit_counts_what_all_choices_may_take() -> None:
    server = mock_model.MockServer()
    server.fail_next(429, times=2)
    asked = []
    for n in (1, 3):
        with pytest.raises(openai.RateLimitError) as caught:
            ask(server.client(), HELLO, n=n, max_completion_tokens=100)
        asked.append(int(caught.value.body["message"].partition("Requested ")[2].partition(".")[0]))
    assert asked[1] - asked[0] == 200


def test_the_largest_n_is_128() -> None:
    client = mock_model.get_mock_client()
    assert len(ask(client, n=128).choices) == 128
    with pytest.raises(openai.BadRequestError, match=r"Invalid 'n': integer above maximum value.*<= 128"):
        ask(client, n=129)


def test_a_turn_with_the_calls_of_one_choice_goes_on() -> None:
    client = mock_model.get_mock_client()
    messages = [{"role": "user", "content": "What's the weather in Paris?"}]
    second = ask(client, messages, tools=[WEATHER], n=2).choices[1].message
    result = {"role": "tool", "tool_call_id": second.tool_calls[0].id, "content": "Sunny, 24 degrees."}
    reply = ask(client, [*messages, second.model_dump(exclude_none=True), result], tools=[WEATHER])
    assert "Sunny" in reply.choices[0].message.content
