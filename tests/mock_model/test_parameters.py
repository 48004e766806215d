"""No parameter is taken and then forgotten: each is obeyed, changes nothing by its nature, or is refused."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

from mock_model import MockServer
from mock_model.api.parameters import HARMLESS, OBEYED, REFUSED

KNOWN = sorted(CompletionCreateParamsStreaming.__annotations__)
SAID = [
    {"role": "user", "content": "My dog is called Rex, json."},
    {"role": "user", "content": "What is my dog called?"},
]
WEATHER = {"name": "get_weather", "description": "Weather in a city",
           "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}  # fmt: skip
TOOLS = {
    "tools": [{"type": "function", "function": WEATHER}],
    "messages": [{"role": "user", "content": "The weather in Rome and in Oslo?"}],
}
LONG = {"messages": [{"role": "user", "content": "Rex is a dog. " * 400}]}


def outcome(*requests: dict[str, Any]) -> str:
    """What a fresh server answers to the last of these requests, as JSON."""
    server = MockServer()
    for changes in requests:
        sent = {"model": "offline-model", "messages": SAID} | changes
        answer = server.client().chat.completions.with_raw_response.create(extra_body=sent, model="x", messages=[])
    return answer.text if isinstance(answer.text, str) else answer.text()


def refusal(changes: dict[str, Any]) -> dict:
    with pytest.raises(openai.BadRequestError) as caught:
        outcome(changes)
    return caught.value.body


def test_every_parameter_stands_in_one_table() -> None:
    assert sorted([*OBEYED, *HARMLESS, *REFUSED]) == KNOWN


OBEYING = {  # a parameter: what it is tried with, after which other requests, and beside which others
    "model": ([], {}, "gpt-4"),
    "messages": ([], {}, LONG["messages"]),
    "tools": ([], {"messages": TOOLS["messages"]}, TOOLS["tools"]),
    "tool_choice": ([], TOOLS, "none"),
    "parallel_tool_calls": ([], TOOLS, False),
    "response_format": ([], {}, {"type": "json_object"}),
    "max_completion_tokens": ([], {}, 2),
    "max_tokens": ([], {}, 2),
    "n": ([], {}, 2),
    "stop": ([], {}, " is"),
    "stream": ([], {}, True),
    "stream_options": ([], {"stream": True}, {"include_usage": True}),
    "reasoning_effort": ([], {}, "high"),
    "prompt_cache_key": ([LONG], LONG, "another"),
    "prompt_cache_options": ([LONG], LONG, {"mode": "explicit"}),
}


@pytest.mark.parametrize("name", sorted(OBEYED))
def test_what_is_obeyed_changes_the_answer(name: str) -> None:
    before, beside, value = OBEYING[name]
    assert outcome(*before, beside | {name: value}) != outcome(*before, beside)


VALUES = {
    "temperature": [0, 2], "top_p": [0.1], "seed": [7], "presence_penalty": [2], "frequency_penalty": [-2], "n": [1],
    "logprobs": [False], "logit_bias": [{}], "modalities": [["text"]], "verbosity": ["low", "medium", "high"],
    "user": ["u"], "safety_identifier": ["s"], "store": [True, False], "service_tier": ["auto", "flex", "priority"],
    "prompt_cache_retention": ["24h"],
    "metadata": [{"a": "b"}, None], "top_logprobs": [None],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_what_is_harmless_changes_nothing_but_the_id(name: str) -> None:
    plain = json.loads(outcome({}))
    for value in VALUES[name]:
        beside = {"store": True} if name == "metadata" else {}
        assert json.loads(outcome(beside | {name: value})) | {"id": plain["id"]} == plain


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("audio", {"voice": "alloy", "format": "wav"}),
        ("function_call", "auto"),
        ("functions", [WEATHER]),
        ("moderation", {"model": "omni-moderation-latest"}),
        ("prediction", {"type": "content", "content": "x"}),
        ("web_search_options", {}),
        ("logprobs", True),
        ("logit_bias", {"50256": -100}),
        ("modalities", ["text", "audio"]),
        ("top_logprobs", 3),
        ("metadata", {"a": "b"}),
        ("prompt_cache_retention", "in_memory"),
        ("prompt_cache_options", {"ttl": "12h"}),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(name: str, value: Any) -> None:
    error = refusal({name: value})
    assert error["param"].partition(".")[0] == name and error["type"] == "invalid_request_error"


def test_what_the_tables_refuse_was_tried() -> None:
    tried = {mark.args[1][n][0] for mark in test_what_cannot_be_done_is_refused_by_name.pytestmark
             for n in range(len(mark.args[1]))}  # fmt: skip
    assert tried >= REFUSED


@pytest.mark.parametrize(
    ("metadata", "param", "code"),
    [
        ({str(n): "" for n in range(17)}, "metadata", "object_above_max_properties"),
        ({"a": 1}, "metadata.a", "invalid_type"),
        ({"k" * 65: ""}, f"metadata.{'k' * 65}", "string_above_max_length"),
        ({"a": "v" * 513}, "metadata.a", "string_above_max_length"),
    ],
)
def test_the_limits_of_metadata(metadata: dict, param: str, code: str) -> None:
    error = refusal({"metadata": metadata, "store": True})
    assert (error["param"], error["code"]) == (param, code)
    assert outcome({"metadata": {"k" * 64: "v" * 512}, "store": True})


def test_no_chat_completion_is_stored_and_who_asks_for_it_is_told() -> None:
    server = MockServer().client()
    kept = server.chat.completions.create(model="offline-model", messages=SAID, store=True)
    with pytest.raises(openai.NotFoundError, match="The offline model offers chat completions, responses"):
        server.chat.completions.retrieve(kept.id)


def test_a_model_without_reasoning_has_one_verbosity() -> None:
    error = refusal({"model": "gpt-4o-mini", "verbosity": "low"})
    assert error["message"] == (
        "Unsupported value: 'verbosity' does not support 'low' with this model. Supported values are: 'medium'."
    )


def test_a_strict_function_follows_the_rules_of_strict_schemas() -> None:
    error = refusal({"tools": [{"type": "function", "function": WEATHER | {"strict": True}}]})
    assert error["message"] == (
        "Invalid schema for function 'get_weather': In context=(), "
        "'additionalProperties' is required to be supplied and to be false."
    )
    assert (error["param"], error["code"]) == ("tools[0].function.parameters", "invalid_function_parameters")
