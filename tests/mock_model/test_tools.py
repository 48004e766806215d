"""Tools over the wire: custom tools, choices, how calls end and are streamed, and what is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import openai
import pytest
import tiktoken
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from mock_model import get_mock_client
from mock_model.api.completion import Reply

CLIENT = get_mock_client()
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "description": "The weather in a city.", "parameters": CITY},
}
TIME = {"type": "function", "function": {"name": "get_time", "description": "The time in a city.", "parameters": CITY}}
SQL = {"type": "custom", "custom": {"name": "run_sql", "description": "Run an SQL query on the sales database."}}
MINUTES = {"type": "grammar", "grammar": {"syntax": "regex", "definition": r"\d{1,3}m"}}
TIMER = {"type": "custom", "custom": {"name": "set_timer", "description": "Set a timer.", "format": MINUTES}}
QUERY = [{"role": "user", "content": 'Run the query "SELECT 1".'}]
HELLO = [{"role": "user", "content": "Hello"}]
BOTH = [{"role": "user", "content": "What's the weather in Rome and the time in Oslo?"}]


def ask(messages: list[dict], *tools: dict, **options: Any) -> Any:
    options = {"model": "offline-model", **options}
    return CLIENT.chat.completions.create(messages=messages, tools=list(tools), **options)


def refused(messages: list[dict], *tools: dict, **options: Any) -> openai.BadRequestError:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(messages, *tools, **options)
    assert caught.value.type == "invalid_request_error"
    return caught.value


def called(answer: Any) -> list[tuple[str, Any]]:
    """The calls of an answer: the name of each with its arguments, or its input."""
    calls = answer.choices[0].message.tool_calls or ()
    return [
        (call.function.name, json.loads(call.function.arguments))
        if call.type == "function"
        else (call.custom.name, call.custom.input)
        for call in calls
    ]


def tokens(*texts: str) -> int:
    encoding = tiktoken.get_encoding("o200k_base")
    return sum(len(encoding.encode(text)) for text in texts)


def named(tool: dict) -> dict:
    return {"type": tool["type"], tool["type"]: {"name": tool[tool["type"]]["name"]}}


def allowed(mode: str, *tools: dict) -> dict:
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": [named(tool) for tool in tools]}}


# ---- custom tools ----


def test_a_custom_tool_is_called_with_a_text() -> None:
    answer = ask(QUERY, WEATHER, SQL)
    (call,) = answer.choices[0].message.tool_calls
    assert call.model_dump() == {
        "id": call.id,
        "type": "custom",
        "custom": {"name": "run_sql", "input": "SELECT 1"},
    }
    assert answer.choices[0].message.content is None and answer.choices[0].finish_reason == "tool_calls"
    assert answer.usage.completion_tokens == tokens(call.id, "custom", "run_sql", "SELECT 1")


def test_its_result_is_sent_back_and_counted_as_a_function_s() -> None:
    first = ask(QUERY, SQL)
    call = first.choices[0].message.tool_calls[0]
    turn = [
        {"role": "assistant", "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "content": "3 rows"},
    ]
    second = ask([*QUERY, *turn], SQL)
    assert "3 rows" in second.choices[0].message.content
    grown = tokens("assistant", call.id, "custom", "run_sql", "SELECT 1") + tokens("tool", call.id, "3 rows") + 6
    assert second.usage.prompt_tokens - first.usage.prompt_tokens == grown


@pytest.mark.parametrize(
    ("asked", "given"),
    [("Set a timer of 25m please.", "25m"), ("Hello", None), ("Please set the timer: 1200m or so.", None)],
)
def test_a_grammar_holds_for_the_whole_input(asked: str, given: str | None) -> None:
    messages = [{"role": "user", "content": asked}]
    expected = [] if given is None else [("set_timer", given)]
    assert given is None or called(ask(messages, TIMER)) == expected
    ((_, forced),) = called(ask(messages, TIMER, tool_choice="required"))
    assert re.fullmatch(r"\d{1,3}m", forced) and forced == (given or forced)


def test_custom_tools_and_their_grammars_cost_tokens() -> None:
    without = CLIENT.chat.completions.create(model="offline-model", messages=HELLO).usage.prompt_tokens
    plain = tokens("run_sql:Run an SQL query on the sales database") + 7 + 12
    assert ask(HELLO, SQL).usage.prompt_tokens - without == plain
    with_grammar = tokens("set_timer:Set a timer") + tokens("regex", r"\d{1,3}m") + 7 + 12
    assert ask(HELLO, TIMER).usage.prompt_tokens - without == with_grammar


def test_a_custom_call_is_valid_by_the_types_of_openai() -> None:
    raw = CLIENT.chat.completions.with_raw_response.create(model="offline-model", messages=QUERY, tools=[SQL])
    ChatCompletion.model_validate_json(raw.http_response.read(), strict=True)


def test_a_streamed_custom_call_has_the_form_of_a_function_s() -> None:
    """OpenAI's own types for chunks know functions only, so these are read without them."""
    chunks = list(ask(QUERY, SQL, stream=True))
    deltas = [chunk.choices[0].delta.model_dump(exclude_unset=True).get("tool_calls") for chunk in chunks]
    first, *more = [entry for entries in deltas if entries for entry in entries]
    assert first == {"index": 0, "id": first["id"], "type": "custom", "custom": {"name": "run_sql", "input": ""}}
    assert all(entry.keys() == {"index", "custom"} and entry["custom"].keys() == {"input"} for entry in more)
    assert "".join(entry["custom"]["input"] for entry in more) == "SELECT 1"
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_a_custom_input_is_cut_at_the_limit() -> None:
    client = get_mock_client(reply_to=lambda body, fits: Reply(None, (("run_sql", "SELECT one FROM two " * 20),)))
    options = {"model": "offline-model", "messages": QUERY, "tools": [SQL]}
    whole = client.chat.completions.create(**options)
    cut = client.chat.completions.create(**options, max_completion_tokens=whole.usage.completion_tokens // 2)
    assert cut.choices[0].finish_reason == "length"
    (call,), (full,) = cut.choices[0].message.tool_calls, whole.choices[0].message.tool_calls
    assert full.custom.input.startswith(call.custom.input) and len(call.custom.input) < len(full.custom.input)


# ---- choices ----


@pytest.mark.parametrize("tool", [WEATHER, SQL], ids=["function", "custom"])
def test_a_named_tool_is_called_and_the_reply_says_stop(tool: dict) -> None:
    answer = ask(BOTH, TIME, WEATHER, SQL, tool_choice=named(tool))
    assert {name for name, _ in called(answer)} == {tool[tool["type"]]["name"]}
    assert answer.choices[0].finish_reason == "stop"
    chunks = list(ask(BOTH, TIME, WEATHER, SQL, tool_choice=named(tool), stream=True))
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_other_calls_say_tool_calls() -> None:
    for choice in ("auto", "required", allowed("auto", WEATHER), allowed("required", WEATHER)):
        assert ask(BOTH, TIME, WEATHER, tool_choice=choice).choices[0].finish_reason == "tool_calls"


def test_only_allowed_tools_are_called() -> None:
    assert called(ask(BOTH, TIME, WEATHER, SQL)) == [("get_weather", {"city": "Rome"}), ("get_time", {"city": "Oslo"})]
    assert called(ask(BOTH, TIME, WEATHER, SQL, tool_choice=allowed("auto", TIME))) == [("get_time", {"city": "Oslo"})]
    assert called(ask(HELLO, TIME, SQL, tool_choice=allowed("auto", TIME, SQL))) == []
    assert [name for name, _ in called(ask(HELLO, TIME, SQL, tool_choice=allowed("required", SQL)))] == ["run_sql"]
    assert called(ask(BOTH, TIME, WEATHER, tool_choice="none")) == []


def test_a_choice_costs_nothing_and_keeps_the_tools_in_the_prompt() -> None:
    costs = {
        ask(BOTH, TIME, WEATHER, tool_choice=c).usage.prompt_tokens for c in ("none", "auto", allowed("auto", TIME))
    }
    assert len(costs) == 1


@pytest.mark.parametrize("messages", [HELLO, BOTH, [{"role": "system", "content": "Be brief."}]])
def test_what_is_required_is_called_also_after_a_result(messages: list[dict]) -> None:
    for _ in range(3):
        (call, *_) = (
            ask(messages, WEATHER, tool_choice="required", parallel_tool_calls=False).choices[0].message.tool_calls
        )
        made = {"role": "assistant", "tool_calls": [call.model_dump()]}
        messages = [*messages, made, {"role": "tool", "tool_call_id": call.id, "content": "18 degrees"}]


# ---- what is refused ----

CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "18 degrees"}


def made(*calls: dict) -> dict:
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


@pytest.mark.parametrize(
    ("choice", "param", "words"),
    [
        (named({**TIME}), "function_call", "no function named 'get_time'"),
        (named(TIMER), "tool_choice", "no custom tool named 'set_timer'"),
        (allowed("auto", WEATHER, TIME), "function_call", "no function named 'get_time'"),
        (allowed("required", TIMER), "tool_choice", "no custom tool named 'set_timer'"),
        ({"type": "function", "function": {"name": "run_sql"}}, "function_call", "no function named 'run_sql'"),
        ({"type": "custom"}, "tool_choice.custom", "Missing required parameter"),
        ({"function": {"name": "get_weather"}}, "tool_choice.type", "Missing required parameter"),
        ({"type": "tool"}, "tool_choice.type", "Invalid value: 'tool'."),
        (allowed("always", WEATHER), "tool_choice.allowed_tools.mode", "Invalid value: 'always'."),
        (allowed("auto"), "tool_choice.allowed_tools.tools", "empty array"),
    ],
)
def test_a_choice_of_what_is_not_there_is_refused(choice: dict, param: str, words: str) -> None:
    error = refused(HELLO, WEATHER, SQL, tool_choice=choice)
    assert error.param == param and words in error.body["message"]


@pytest.mark.parametrize(
    ("custom", "param"),
    [
        ({}, "custom.name"),
        ({"name": "my tool"}, "custom.name"),
        ({"name": "a" * 65}, "custom.name"),
        ({"name": "f", "parameters": {}}, "custom.parameters"),
        ({"name": "f", "format": {"type": "json"}}, "custom.format.type"),
        ({"name": "f", "format": {"type": "grammar"}}, "custom.format.grammar"),
        ({"name": "f", "format": {"type": "grammar", "grammar": {"syntax": "ebnf", "definition": "x"}}},
         "custom.format.grammar.syntax"),
        ({"name": "f", "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: /x/"}}},
         "custom.format.grammar.syntax"),
        ({"name": "f", "format": {"type": "grammar", "grammar": {"syntax": "regex", "definition": "("}}},
         "custom.format.grammar.definition"),
        ({"name": "f", "format": {"type": "grammar", "grammar": {"syntax": "regex", "definition": r"a\bb"}}},
         "custom.format.grammar.definition"),
    ],
)  # fmt: skip
def test_a_custom_tool_that_is_none_is_refused(custom: dict, param: str) -> None:
    assert refused(HELLO, WEATHER, {"type": "custom", "custom": custom}).param == f"tools[1].{param}"


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4"])
def test_older_models_have_no_custom_tools(model: str) -> None:
    error = refused(HELLO, SQL, model=model)
    assert (error.param, error.code) == ("tools[0].type", "unsupported_value")


@pytest.mark.parametrize("tool", [WEATHER, SQL], ids=["function", "custom"])
def test_reasoning_and_tools_do_not_go_together_on_luna(tool: dict) -> None:
    assert refused(HELLO, tool, model="gpt-6-luna").param == "reasoning_effort"
    assert ask(HELLO, tool, model="gpt-6-luna", reasoning_effort="none")


@pytest.mark.parametrize(
    ("messages", "param", "code", "words"),
    [
        (
            [made({**CALL, "id": "c" * 41}), {**RESULT, "tool_call_id": "c" * 41}],
            "messages[1].tool_calls[0].id",
            "string_above_max_length",
            "Expected a string with maximum length 40, but got a string with length 41 instead.",
        ),
        (
            [made(CALL), {**RESULT, "tool_call_id": "c" * 50}],
            "messages[2].tool_call_id",
            "string_above_max_length",
            "Expected a string with maximum length 40, but got a string with length 50 instead.",
        ),
        (
            [made(CALL, CALL), RESULT],
            "messages.[1].tool_calls",
            None,
            "Invalid parameter: Duplicate value for 'tool_call_id' of 'call_1', in messages[1].",
        ),
        (
            [made({"id": "call_1", "type": "custom"}), RESULT],
            "messages[1].tool_calls[0].custom",
            "missing_required_parameter",
            "Missing required parameter: 'messages[1].tool_calls[0].custom'.",
        ),
        (
            [made({"id": "call_1", "type": "custom", "custom": {"name": "run_sql", "arguments": "{}"}}), RESULT],
            "messages[1].tool_calls[0].custom.arguments",
            "unknown_parameter",
            "Unknown parameter: 'messages[1].tool_calls[0].custom.arguments'.",
        ),
    ],
)
def test_calls_that_do_not_fit_are_refused(messages: list[dict], param: str, code: str | None, words: str) -> None:
    error = refused([*HELLO, *messages], WEATHER, SQL)
    assert (error.param, error.code) == (param, code)
    assert error.body["message"].endswith(words)


def test_ids_of_forty_characters_and_ids_of_earlier_turns_are_accepted() -> None:
    for id in ("c" * 40, "call_1"):
        turn = [made({**CALL, "id": id}), {**RESULT, "tool_call_id": id}]
        assert ask([*HELLO, *turn, *HELLO, *turn], WEATHER)


def test_more_than_128_tools_are_refused() -> None:
    tools = [{"type": "function", "function": {"name": f"f{n}"}} for n in range(129)]
    assert ask(HELLO, *tools[:128])
    assert refused(HELLO, *tools).code == "array_above_max_length"


# ---- streams ----


def test_parallel_calls_are_streamed_one_after_the_other() -> None:
    chunks = list(ask(BOTH, TIME, WEATHER, stream=True, stream_options={"include_usage": True}))
    assert all(chunk.usage is None for chunk in chunks[:-1]) and chunks[-1].choices == [] and chunks[-1].usage
    deltas = [chunk.choices[0].delta.model_dump(exclude_unset=True) for chunk in chunks[:-1]]
    assert deltas[0] == {"role": "assistant", "content": None, "refusal": None} and deltas[-1] == {}
    entries = [entry for delta in deltas[1:-1] for entry in delta["tool_calls"]]
    indexes = [entry["index"] for entry in entries]
    assert indexes == sorted(indexes) and set(indexes) == {0, 1}
    for index in (0, 1):
        first, *more = [entry for entry in entries if entry["index"] == index]
        assert first.keys() == {"index", "id", "type", "function"} and first["function"]["arguments"] == ""
        assert more and all(
            entry["function"].keys() == {"arguments"} and entry.keys() == {"index", "function"} for entry in more
        )


def test_a_stream_of_function_calls_is_valid_by_the_types_of_openai() -> None:
    options = {"model": "offline-thinker", "messages": BOTH, "tools": [TIME, WEATHER], "stream": True}
    raw = CLIENT.chat.completions.with_raw_response.create(**options).http_response.read().decode()
    for event in raw.split("\n\n")[:-2]:
        ChatCompletionChunk.model_validate_json(event.removeprefix("data: "), strict=True)


def test_the_length_of_an_event_is_hidden_unless_that_is_switched_off() -> None:
    def events(**options: Any) -> list[str]:
        body = {"model": "offline-model", "messages": BOTH, "tools": [TIME, WEATHER], "stream": True, **options}
        raw = CLIENT.chat.completions.with_raw_response.create(**body).http_response.read().decode()
        return [event.removeprefix("data: ") for event in raw.split("\n\n")[:-2]]

    shown, plain = events(), events(stream_options={"include_obfuscation": False})
    assert all(len(event) % 64 == 0 and "obfuscation" in json.loads(event) for event in shown)
    assert all("obfuscation" not in json.loads(event) for event in plain)
    for one, other in zip(shown, plain, strict=True):
        assert json.loads(one)["choices"] == json.loads(other)["choices"]
