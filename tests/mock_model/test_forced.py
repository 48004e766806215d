"""A forced `tool_choice` is obeyed whatever came before, in both APIs: a call is made, of what may be called, and it fits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import mock_model

CLIENT = mock_model.get_mock_client()
TEXT, COUNT = {"type": "string"}, {"type": "integer"}


def function(name: str, about: str, strict: bool = False, /, **properties: Any) -> dict:
    closed = {"additionalProperties": False} if strict else {}
    schema = {"type": "object", "properties": properties, "required": [*properties], **closed}
    return {"name": name, "description": about, "parameters": schema, "strict": strict}


CAT = {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": COUNT}, "required": ["kind", "lives"]}
DOG = {"type": "object", "properties": {"kind": {"const": "dog"}, "name": TEXT}, "required": ["kind", "name"]}
ROW = {
    "type": "object",
    "properties": {"title": TEXT, "score": {"type": "number", "maximum": 1}},
    "required": ["title"],
}
FUNCTIONS = [
    function("get_weather", "The weather in a city.", city=TEXT),
    function("get_time", "The time in a city.", True, city=TEXT),
    function("book_room", "Books a room.", nights=COUNT | {"minimum": 1}, kind={"enum": ["single", "double"]}),
    function("Person", "A person of whom a text tells.", name=TEXT, age=COUNT),
    function(
        "final_result",
        "The result.",
        rows={"type": "array", "items": ROW, "minItems": 1},
        day=TEXT | {"format": "date"},
    ),
    function("set_code", "Sets the code.", code=TEXT | {"pattern": r"^[A-Z]{2}-\d{4}$"}, level={"enum": [3, 5]}),
    function("adopt", "Adopts a pet.", pet={"oneOf": [CAT, DOG]}, page=TEXT | {"format": "uri"}),
    function("grade", "Grades a film.", stars={"allOf": [COUNT, {"minimum": 4}]}, word=TEXT | {"not": {"const": ""}}),
    {"name": "refresh"},
]
CUSTOM = [
    {"name": "run_code", "description": "Runs code."},
    {"name": "set_timer", "format": {"type": "grammar", "grammar": {"syntax": "regex", "definition": r"\d{1,3}m"}}},
]
TOOLS = [{"type": kind, kind: tool} for kind, tools in (("function", FUNCTIONS), ("custom", CUSTOM)) for tool in tools]
KINDS = {tool[tool["type"]]["name"]: tool["type"] for tool in TOOLS}
SCHEMAS = {tool["name"]: tool.get("parameters", {}) for tool in FUNCTIONS}

ASKED = {"role": "user", "content": "What's the weather in Paris, and how old is Ana? She is 34."}


def called(*ids: str, name: str = "get_weather", arguments: str = '{"city":"Paris"}') -> dict:
    made = [{"id": id, "type": "function", "function": {"name": name, "arguments": arguments}} for id in ids]
    return {"role": "assistant", "content": None, "tool_calls": made}


def result(id: str, text: str) -> dict:
    return {"role": "tool", "tool_call_id": id, "content": text}


WRONG = (
    "1 validation error for Person\nage\n  Input should be a valid integer. Call the function again, without the error."
)
HISTORIES = {
    "a question": [ASKED],
    "nothing": [{"role": "user", "content": ""}],
    "instructions alone": [{"role": "system", "content": "You take facts from texts."}],
    "instructions last": [ASKED, {"role": "system", "content": "Answer by a function."}],
    "the model last": [ASKED, {"role": "assistant", "content": "It is sunny."}],
    "the model alone": [{"role": "assistant", "content": "Hello, what can I do?"}],
    "a result": [ASKED, called("a"), result("a", "Sunny, 24 degrees.")],
    "two results": [ASKED, called("a", "b"), result("a", '{"sky": "clear"}'), result("b", "Rain.")],
    "two rounds": [ASKED, called("a"), result("a", "Sunny."), called("b", name="get_time"), result("b", "12:00")],
    "a failure": [ASKED, called("a"), result("a", "Error: no such city")],
    "a refused call": [ASKED, called("a", name="Person", arguments='{"age":"x"}'), result("a", WRONG)],
    "broken arguments": [ASKED, called("a", arguments='{"city":'), result("a", "These arguments are no JSON.")],
    "an answer": [ASKED, called("a"), result("a", "Sunny."), {"role": "assistant", "content": "It is sunny."}],
    "thanks": [ASKED, called("a"), result("a", "Sunny."), {"role": "user", "content": "Thanks!"}],
    "a result alone": [called("a"), result("a", "Sunny.")],
    "a secret": [{"role": "system", "content": "Never reveal the city."}, ASKED],
}  # fmt: skip


def forms(names: list[str]) -> Iterator[Any]:
    """Every form of a choice that forces one of these."""
    if len(names) == len(KINDS):
        yield "required"
    if len(names) == 1:
        yield {"type": KINDS[names[0]], KINDS[names[0]]: {"name": names[0]}}
    listed = [{"type": KINDS[name], KINDS[name]: {"name": name}} for name in names]
    yield {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": listed}}


def flat(value: Any) -> Any:
    """A tool or a choice as the Responses API has it."""
    if isinstance(value, str):
        return value
    inner = dict(value[value["type"]])
    if "tools" in inner:
        inner["tools"] = [flat(tool) for tool in inner["tools"]]
    if "grammar" in inner.get("format", {}):
        inner["format"] = {"type": "grammar", **inner["format"]["grammar"]}
    return {"type": value["type"], **inner}


def items(messages: list[dict]) -> Iterator[dict]:
    for message in messages:
        for call in message.get("tool_calls", ()):
            yield {"type": "function_call", "call_id": call["id"], **call["function"]}
        if message["role"] == "tool":
            yield {
                "type": "function_call_output",
                "call_id": message["tool_call_id"],
                "output": message["content"],
            }
        elif message["content"] is not None:
            yield message


def calls_of(api: str, messages: list[dict], choice: Any, **options: Any) -> list[tuple[str, str]]:
    """The calls that are made: the name and what is handed over."""
    if api == "responses":
        options |= {"tools": [*map(flat, TOOLS)], "tool_choice": flat(choice), "store": False}
        output = CLIENT.responses.create(model="offline-model", input=[*items(messages)], **options).output
        found = [item for item in output if item.type in ("function_call", "custom_tool_call")]
        return [(item.name, getattr(item, "arguments", None) or item.input) for item in found]
    options |= {"tools": TOOLS, "tool_choice": choice}
    made = CLIENT.chat.completions.create(model="offline-model", messages=messages, **options).choices[0].message
    found = [call.model_dump() for call in made.tool_calls or ()]
    return [(one[one["type"]]["name"], one[one["type"]].get("arguments") or one["custom"]["input"]) for one in found]


def check(found: list[tuple[str, str]], names: list[str]) -> None:
    assert found and {name for name, _ in found} <= set(names)
    for name, given_ in found:
        if name in SCHEMAS:
            Draft202012Validator(SCHEMAS[name]).validate(json.loads(given_))
        elif name == "set_timer":
            assert re.fullmatch(r"\d{1,3}m", given_)


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("history", HISTORIES)
def test_every_form_is_obeyed_after_every_history(history: str, api: str) -> None:
    for names in ([*KINDS], ["Person", "final_result"], *([name] for name in KINDS)):
        for choice in forms(names):
            check(calls_of(api, HISTORIES[history], choice), names)
    (one,) = calls_of(api, HISTORIES[history], "required", parallel_tool_calls=False)
    check([one], [*KINDS])


WORDS = st.sampled_from(
    ["Ana is 34.", "Book 2 nights.", "What's the weather in Rome?", "no", "Thanks!", "dog", "AB-1234", "", "{}"]
)
STEP = st.tuples(st.sampled_from(["user", "assistant", "system", "call"]), WORDS)
STEPS = st.lists(STEP, min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(STEPS, st.sampled_from([*KINDS]), st.sampled_from(["chat", "responses"]))
def test_a_named_tool_is_called_after_any_history(steps: list[tuple[str, str]], name: str, api: str) -> None:
    messages: list[dict] = []
    for n, (role, text) in enumerate(steps):
        if role == "call":
            messages += [called(f"call_{n}"), result(f"call_{n}", text)]
        else:
            messages.append({"role": role, "content": text})
    check(calls_of(api, messages, next(forms([name]))), [name])


def test_a_refused_call_is_made_again_without_the_fault() -> None:
    """Whoever checks the arguments himself sends back what is wrong with them, and forces the same function once more."""
    asked = {"role": "user", "content": "Ana is 34 years old."}
    refused = called("a", name="Person", arguments='{"name":"Ana","age":"thirty-four"}')
    choice = {"type": "function", "function": {"name": "Person"}}
    ((_, text),) = calls_of("chat", [asked, refused, result("a", WRONG)], choice)
    assert json.loads(text) == {"name": "Ana", "age": 34}


# ---- of several functions, the one whose turn it is ----

BALANCE = function("get_balance", "The balance of an account.", account=TEXT)
ANSWERS = {
    "fields": (function("Report", "A report.", amount={"type": "number"}, currency=TEXT), {"amount": 950, "currency": "EUR"}),
    "a number": (function("Total", "What it comes to.", amount={"type": "number"}), {"amount": 950}),
    "words": (function("final_result", "Ends the conversation.", answer=TEXT), {"answer": "The amount for DE-11 is: 950 EUR."}),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("order", [1, -1])
def test_a_program_that_forces_every_step_comes_to_its_end(name: str, order: int) -> None:
    """Frameworks offer the form of the answer as one more function, and force a call at each step until it is called."""
    last, wanted = ANSWERS[name]
    tools = [{"type": "function", "function": one} for one in (BALANCE, last)][::order]
    messages: list[dict] = [{"role": "user", "content": "What is the balance of account DE-11?"}]
    text = '{"amount": 950, "currency": "EUR"}' if name == "fields" else "950 EUR"
    made = []
    for _ in range(2):
        options = {"model": "offline-model", "tools": tools, "tool_choice": "required"}
        reply = CLIENT.chat.completions.create(messages=messages, **options).choices[0].message
        (call,) = reply.tool_calls
        made.append((call.function.name, json.loads(call.function.arguments)))
        messages += [reply.model_dump(exclude_none=True), result(call.id, text)]
    assert [one for one, _ in made] == ["get_balance", last["name"]]
    assert made[0][1] == {"account": "DE-11"}
    if name == "words":
        assert "950 EUR" in made[1][1]["answer"]
    else:
        assert made[1][1] == wanted


def test_where_no_function_is_asked_for_the_one_that_fits_what_is_said_is_called() -> None:
    person = function("Person", "A person of whom a text tells.", name=TEXT, age=COUNT)
    for tools in ([BALANCE, person], [person, BALANCE]):
        listed = [{"type": "function", "function": one} for one in tools]
        said = [{"role": "user", "content": "Ines is 41 years old."}]
        options = {"model": "offline-model", "tools": listed, "tool_choice": "required"}
        (call,) = CLIENT.chat.completions.create(messages=said, **options).choices[0].message.tool_calls
        assert (call.function.name, json.loads(call.function.arguments)) == ("Person", {"name": "Ines", "age": 41})
