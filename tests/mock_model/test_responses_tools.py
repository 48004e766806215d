"""Tools, forms and reasoning of the Responses API: what the model calls, fills and thinks, and what goes back to it."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import openai
import pytest

from mock_model import MockServer

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER = {"type": "function", "name": "get_weather", "description": "The weather in a city.", "parameters": CITY}
TIME = {"type": "function", "name": "get_time", "description": "The time in a city.", "parameters": CITY}
PRINTS = {"type": "grammar", "syntax": "regex", "definition": r"print\(\d+\)"}
CODE = {"type": "custom", "name": "run_code", "description": "Runs Python code.", "format": PRINTS}
ASKED = "What is the weather in Paris?"
THINKER = {"model": "offline-thinker", "tools": [WEATHER]}


@pytest.fixture
def client() -> openai.OpenAI:
    return MockServer().client()


def ask(client: openai.OpenAI, given: Any, **options: Any) -> Any:
    return client.responses.create(**{"model": "offline-model", "input": given, **options})


def answer_to(call: Any, output: Any = "18 degrees and sunny") -> dict[str, Any]:
    kind = "function_call_output" if call.type == "function_call" else "custom_tool_call_output"
    return {"type": kind, "call_id": call.call_id, "output": output}


@pytest.mark.parametrize("model", ["offline-model", "offline-thinker", "gpt-6-luna", "gpt-4o-mini"])
@pytest.mark.parametrize("output", ["18 degrees and sunny", [{"type": "input_text", "text": "18 degrees and sunny"}]])
def test_a_call_is_made_and_its_output_is_told(client: openai.OpenAI, model: str, output: Any) -> None:
    first = ask(client, ASKED, model=model, tools=[WEATHER])
    call = first.output[-1]
    assert (call.type, call.name, json.loads(call.arguments)) == ("function_call", "get_weather", {"city": "Paris"})
    assert first.output_text == ""
    second = ask(client, [answer_to(call, output)], model=model, tools=[WEATHER], previous_response_id=first.id)
    assert "18 degrees and sunny" in second.output_text


def test_calls_cost_what_they_cost_in_chat_completions(client: openai.OpenAI) -> None:
    first = ask(client, "What is the weather in Paris and Rome?", tools=[WEATHER])
    calls = [item for item in first.output if item.type == "function_call"]
    second = ask(client, [answer_to(call) for call in calls], tools=[WEATHER], previous_response_id=first.id)
    made = [
        {"id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in calls
    ]
    inner = {key: value for key, value in WEATHER.items() if key != "type"}
    chat = client.chat.completions.create(
        model="offline-model",
        tools=[{"type": "function", "function": inner}],
        messages=[
            {"role": "user", "content": "What is the weather in Paris and Rome?"},
            {"role": "assistant", "content": None, "tool_calls": made},
            *({"role": "tool", "tool_call_id": call.call_id, "content": "18 degrees and sunny"} for call in calls),
        ],
    )
    assert len(calls) == 2
    assert second.usage.input_tokens == chat.usage.prompt_tokens
    assert second.output_text == chat.choices[0].message.content


def test_a_custom_tool_is_called_with_a_text_that_its_grammar_allows(client: openai.OpenAI) -> None:
    first = ask(client, "Run code that prints 7.", tools=[CODE], tool_choice={"type": "custom", "name": "run_code"})
    (call,) = first.output
    assert (call.type, call.name) == ("custom_tool_call", "run_code")
    assert re.fullmatch(PRINTS["definition"], call.input)
    second = ask(client, [answer_to(call, "The output is 7.")], tools=[CODE], previous_response_id=first.id)
    assert "7" in second.output_text


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["get_weather", "get_time"]),
        ({"parallel_tool_calls": False}, ["get_weather"]),
        ({"tool_choice": "none"}, []),
        ({"tool_choice": {"type": "function", "name": "get_time"}}, ["get_time"]),
        ({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "get_time"}]}},
         ["get_time"]),
    ],
)  # fmt: skip
def test_which_tools_are_called_is_chosen_as_in_chat_completions(
    client: openai.OpenAI, options: dict[str, Any], names: list[str]
) -> None:
    asked = "What is the weather in Paris, and what is the time in Paris?"
    response = ask(client, asked, tools=[WEATHER, TIME], **options)
    assert [item.name for item in response.output if item.type == "function_call"] == names
    if "tool_choice" in options:
        shown = response.tool_choice if isinstance(response.tool_choice, str) else response.tool_choice.model_dump()
        assert shown == options["tool_choice"]


def test_a_function_is_strict_where_its_schema_can_be_unless_it_says_so_itself(client: openai.OpenAI) -> None:
    loose = {**WEATHER, "parameters": {key: value for key, value in CITY.items() if key != "additionalProperties"}}
    shown = [
        ask(client, "Hello!", tools=[tool]).tools[0].strict for tool in (WEATHER, loose, {**WEATHER, "strict": False})
    ]
    assert shown == [True, False, False]


def test_forms_are_filled(client: openai.OpenAI) -> None:
    schema = {**CITY, "properties": {"city": {"type": "string"}}}
    form = {"type": "json_schema", "name": "place", "schema": schema, "strict": True}
    response = ask(client, "I live in Oslo.", text={"format": form})
    assert json.loads(response.output_text) == {"city": "Oslo"}
    assert response.text.format.name == "place"
    response = ask(client, "As json: I live in Oslo.", text={"format": {"type": "json_object"}})
    assert "Oslo" in json.dumps(json.loads(response.output_text))


def test_reasoning_is_sealed_billed_and_read_again_while_its_turn_lasts(client: openai.OpenAI) -> None:
    first = ask(client, ASKED, **THINKER)
    thought, call = first.output
    assert thought.type == "reasoning"
    assert b"weather" not in base64.urlsafe_b64decode(thought.encrypted_content)
    spent = first.usage.output_tokens_details.reasoning_tokens
    assert 0 < spent < first.usage.output_tokens
    items = [{"role": "user", "content": ASKED}, *first.output, answer_to(call)]
    without = [items[0], {**call.model_dump(exclude_none=True), "id": None}, items[-1]]
    read, unread = (ask(client, one, **THINKER, store=False).usage.input_tokens for one in (items, without))
    assert read - unread == spent
    items += [{"role": "assistant", "content": "Sunny."}, {"role": "user", "content": "Hi"}]
    later, again = (ask(client, items, **THINKER, reasoning=one) for one in ({}, {"context": "all_turns"}))
    assert again.usage.input_tokens - later.usage.input_tokens == spent
    assert (later.reasoning.context, again.reasoning.context) == ("current_turn", "all_turns")


def test_reasoning_of_another_model_is_left_out_and_the_response_says_so(client: openai.OpenAI) -> None:
    first = ask(client, ASKED, **THINKER)
    outputs = [answer_to(first.output[-1])]
    second = ask(client, outputs, tools=[WEATHER], previous_response_id=first.id)
    (gone,) = second.input_transformations
    assert (gone.id, gone.action, gone.reason) == (first.output[0].id, "removed", "model_mismatch")
    assert ask(client, outputs, **THINKER, previous_response_id=first.id).input_transformations is None


def test_sealed_reasoning_that_was_changed_is_refused(client: openai.OpenAI) -> None:
    first = ask(client, ASKED, **THINKER)
    thought, call = (item.model_dump(exclude_none=True) for item in first.output)
    for sealed in (thought["encrypted_content"][:-8], "gAAAAAbbbb", "?"):
        items = [{"role": "user", "content": ASKED}, {**thought, "encrypted_content": sealed}, call]
        with pytest.raises(openai.BadRequestError, match="could not be verified") as raised:
            ask(client, [*items, answer_to(first.output[-1])], **THINKER)
        assert raised.value.code == "invalid_encrypted_content"


def test_efforts_hold_and_are_shown(client: openai.OpenAI) -> None:
    quick, slow = (
        ask(client, ASKED, model="offline-thinker", reasoning={"effort": effort}) for effort in ("low", "high")
    )
    none = ask(client, ASKED, model="offline-thinker", reasoning={"effort": "none"})
    spent = [one.usage.output_tokens_details.reasoning_tokens for one in (none, quick, slow)]
    assert 0 == spent[0] < spent[1] < spent[2]
    assert [one.reasoning.effort for one in (none, quick, slow)] == ["none", "low", "high"]
    assert ask(client, ASKED, model="offline-thinker").reasoning.effort == "high"
