"""The count of prompt tokens, against figures that OpenAI published and figures counted by hand with tiktoken."""

from __future__ import annotations

import random
from typing import Any

import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st

import mock_model
from mock_model.api import tokens
from mock_model.api.completion import Reply

# OpenAI Cookbook, "How to count tokens with tiktoken": the conversation and the figures its API returned for it.
JARGON = [
    {
        "role": "system",
        "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain "
        "English.",
    },
    {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Things working well together will increase revenue.",
    },
    {
        "role": "system",
        "name": "example_user",
        "content": "Let's circle back when we have more bandwidth to touch base on opportunities for increased "
        "leverage.",
    },
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Let's talk later when we're less busy about how to do better.",
    },
    {
        "role": "user",
        "content": "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    },
]
ASK_WEATHER = [
    {"role": "system", "content": "You are a helpful assistant that can answer to questions about the weather."},
    {"role": "user", "content": "What's the weather like in San Francisco?"},
]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
                "unit": {
                    "type": "string",
                    "description": "The unit of temperature to return",
                    "enum": ["celsius", "fahrenheit"],
                },
            },
            "required": ["location"],
        },
    },
}
TIME = {"type": "function", "function": {"name": "now", "description": "The time."}}
CLIENT = mock_model.get_mock_client(reply_to=lambda body, fits: Reply("Yes."))


def prompt_tokens(messages: list[dict], model: str = "offline-model", **options: Any) -> int:
    answer = CLIENT.chat.completions.create(model=model, messages=messages, max_completion_tokens=1, **options)
    return answer.usage.prompt_tokens


def length(text: str) -> int:
    return len(tiktoken.get_encoding("o200k_base").encode(text, disallowed_special=()))


@pytest.mark.parametrize(("model", "published"), [("gpt-4", 129), ("gpt-4o-mini", 124), ("offline-model", 124)])
def test_the_conversation_of_the_cookbook(model: str, published: int) -> None:
    assert prompt_tokens(JARGON, model) == published


@pytest.mark.parametrize(("model", "published"), [("gpt-4", 105), ("gpt-4o-mini", 101), ("offline-model", 101)])
def test_the_tools_of_the_cookbook(model: str, published: int) -> None:
    assert prompt_tokens(ASK_WEATHER, model, tools=[WEATHER]) == published


@pytest.mark.parametrize(
    ("message", "strings", "extra"),
    [
        ({"role": "user", "content": ""}, ["user", ""], 0),
        ({"role": "user", "content": "<|endoftext|> <|fim_prefix|>"}, ["user", "<|endoftext|> <|fim_prefix|>"], 0),
        ({"role": "user", "content": "Hello", "name": "Ann"}, ["user", "Hello", "Ann"], 1),
        ({"role": "user", "content": "Hello", "name": None}, ["user", "Hello"], 0),
        (
            {"role": "user", "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": " again"}]},
            ["user", "Hello", " again"],
            0,
        ),
        (
            {"role": "assistant", "content": None, "refusal": "I would rather not."},
            ["assistant", "I would rather not."],
            0,
        ),
        (
            {"role": "assistant", "content": "In May.", "reasoning_content": "Mild then."},
            ["assistant", "In May.", "Mild then."],
            0,
        ),
        ({"role": "assistant", "content": "Hi", "annotations": [], "tool_calls": None}, ["assistant", "Hi"], 0),
    ],
)
def test_a_message_costs_three_and_its_strings(message: dict, strings: list[str], extra: int) -> None:
    assert prompt_tokens([message]) == 3 + sum(map(length, strings)) + extra + 3


def test_calls_and_results_cost_their_strings() -> None:
    call = {"id": "call_abc", "type": "function", "function": {"name": "now", "arguments": '{"zone": "CET"}'}}
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_abc", "content": "Noon."},
    ]
    of_call = sum(map(length, ["assistant", "call_abc", "function", "now", '{"zone": "CET"}']))
    of_result = sum(map(length, ["tool", "call_abc", "Noon."]))
    assert prompt_tokens(messages) == 3 + of_call + 3 + of_result + 3


def test_tools_add_up() -> None:
    without = prompt_tokens(ASK_WEATHER)
    one = prompt_tokens(ASK_WEATHER, tools=[WEATHER]) - without
    other = prompt_tokens(ASK_WEATHER, tools=[TIME]) - without
    assert other == 7 + length("now:The time") + 12
    assert prompt_tokens(ASK_WEATHER, tools=[WEATHER, TIME]) - without == one + other - 12


def test_odd_schemas_are_counted_too() -> None:
    properties = {"a": {"type": ["string", "null"]}, "b": {"enum": [1, "two"], "description": None}, "c": {}}
    parameters = {"type": "object", "properties": properties}
    tool = {"type": "function", "function": {"name": "f", "description": None, "parameters": parameters}}
    lines = [length('a:["string", "null"]:'), length("b::"), length("c::")]
    expected = 7 + length("f:") + 3 + sum(3 + line for line in lines) + (-3 + 3 + length("1") + 3 + length("two")) + 12
    assert prompt_tokens(ASK_WEATHER, tools=[tool]) - prompt_tokens(ASK_WEATHER) == expected


MESSAGES = st.lists(
    st.builds(
        lambda role, content, name: {"role": role, "content": content} | ({"name": name} if name else {}),
        role=st.sampled_from(["system", "user", "assistant"]),
        content=st.text(max_size=60),
        name=st.sampled_from(["", "Ann", "Bob_2"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=50, deadline=None)
@given(first=MESSAGES, second=MESSAGES)
def test_the_count_adds_up_over_messages(first: list[dict], second: list[dict]) -> None:
    assert prompt_tokens(first + second) == prompt_tokens(first) + prompt_tokens(second) - 3


@settings(max_examples=50, deadline=None)
@given(messages=MESSAGES, seed=st.integers(0, 100))
def test_the_count_does_not_depend_on_the_order_of_keys(messages: list[dict], seed: int) -> None:
    turned = [dict(random.Random(seed).sample(list(message.items()), len(message))) for message in messages]
    assert prompt_tokens(turned) == prompt_tokens(messages)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60), limit=st.integers(-1, 40))
@example("\U0001f469\u200d\U0001f680 漢字漢字 naïve", 3)
@example("a    b\n\n\n c", 2)
@example(" विं", 1)  # one token holds two characters and half of the third; without that half they need two tokens
def test_a_cut_text_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    cut = tokens.cut_text(text, limit, "o200k_base")
    assert text.startswith(cut)
    assert length(cut) <= max(limit, 0)
    if length(text) <= limit:
        assert cut == text


def test_a_cut_text_is_as_long_as_it_may_be() -> None:
    text = "The harbour opens at nine in the morning, and closes at five in the afternoon."
    for limit in range(length(text) + 1):
        assert length(tokens.cut_text(text, limit, "o200k_base")) == limit


def test_a_character_of_several_tokens_is_kept_whole_or_left_out() -> None:
    text = "ok \U0001f9ff\U0001f9ff"
    assert length("\U0001f9ff") > 1
    cuts = {tokens.cut_text(text, limit, "o200k_base") for limit in range(length(text) + 1)}
    assert {"", "ok", text} <= cuts
    assert all("\ufffd" not in cut and text.startswith(cut) for cut in cuts)


def test_the_counts_remembered_are_bounded() -> None:
    for number in range(6_000):
        tokens.count_text(f"question {number}", "o200k_base")
    for number in range(100):
        tokens.count_text("a long text " * 200 + str(number), "o200k_base")
    assert tokens._count_short.cache_info().currsize <= 4_096
    assert tokens._count_long.cache_info().currsize <= 64
