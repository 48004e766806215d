"""What the Responses API refuses, and how: status, param, code and message, and in which order."""

from __future__ import annotations

import json
from typing import Any, get_args, get_type_hints

import httpx2
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses.response_compact_params import ResponseCompactParams
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming
from openai.types.responses.response_input_item_param import ResponseInputItemParam
from openai.types.responses.tool_param import ToolParam

from mock_model import MockServer
from mock_model.api.completion import Reply
from mock_model.responses import item_shapes, tools
from mock_model.responses.fields import COMPACTED, COUNTED, CREATED
from mock_model.responses.parameters import HARMLESS, OBEYED, REFUSED
from mock_model.server import BASE_URL

USER = {"role": "user", "content": "Hello"}
CALL = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "Sunny."}
CUSTOM = {"type": "custom_tool_call", "call_id": "call_1", "name": "code", "input": "1"}
CUSTOM_OUTPUT = {"type": "custom_tool_call_output", "call_id": "call_1", "output": "1"}
TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}
OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}
ABSENT = object()


def ask(body: Any, server: MockServer | None = None, path: str = "responses") -> httpx2.Response:
    """The answer to a body, whatever it is."""
    server = server or MockServer(reply_to=lambda body, fits: Reply("Yes."))
    headers = {"authorization": "Bearer offline"}
    return server.handle(httpx2.Request("POST", f"{BASE_URL}/{path}", headers=headers, content=json.dumps(body)))


def error_of(body: Any, server: MockServer | None = None, path: str = "responses") -> dict[str, Any]:
    answer = ask(body, server, path)
    error = answer.json()["error"]
    assert error.pop("type") == "invalid_request_error"
    return {"status": answer.status_code, **error}


def request(changes: dict[str, Any]) -> dict[str, Any]:
    body = {"model": "offline-model", "input": "Hello", **changes}
    return {key: value for key, value in body.items() if value is not ABSENT}


def message(**parts: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": "Hello", **parts}]}


def part(role: str, **part: Any) -> dict[str, Any]:
    return {"input": [{"role": role, "content": [part]}]}


def form(**form: Any) -> dict[str, Any]:
    return {"text": {"format": form}}


TYPES = "expected one of a string or array of input items, but got"
NOTHING = "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided."
BOTH = (
    "Mutually exclusive parameters: ''. Ensure you are only providing one of: 'previous_response_id' or 'conversation'."
)
TOO_MANY = (
    "too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead."
)
NOT_HERE = "is not supported with this model."
ROLES = "Supported values are: 'assistant', 'system', 'developer', and 'user'."
STRICT = "In context=(), 'additionalProperties' is required to be supplied and to be false."
JSON = "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'."
HOSTED_TOOL = (
    "Hosted tool 'web_search' is not supported here. OpenAI's servers run it; "
    "the offline model calls functions and custom tools, which your program runs."
)
BELOW = "integer below minimum value. Expected a value"
MISSING, VALUE, UNKNOWN = "missing_required_parameter", "invalid_value", "unknown_parameter"

REFUSALS = [  # what differs from an accepted request, and param, code and message of the refusal
    ({"model": ABSENT}, "model", MISSING, "Missing required parameter: 'model'."),
    ({"model": "x"}, "model", "model_not_found", "The requested model 'x' does not exist."),
    ({"strem": 1}, "strem", UNKNOWN, "Unknown parameter: 'strem'. Did you mean 'stream' or 'store'?"),
    ({"messages": []}, "messages", UNKNOWN, "Unknown parameter: 'messages'."),
    # input
    ({"input": ABSENT}, None, MISSING, NOTHING),
    ({"input": []}, None, MISSING, NOTHING),
    (
        {"input": None},
        "input",
        "invalid_type",
        "Invalid type for 'input': expected a string, but got an object instead.",
    ),
    ({"input": {}}, "input", "invalid_type", f"Invalid type for 'input': {TYPES} an object instead."),
    ({"input": [{"role": "user"}]}, "input[0].content", MISSING, "Missing required parameter: 'input[0].content'."),
    ({"input": [{"content": "x"}]}, "input[0].role", MISSING, "Missing required parameter: 'input[0].role'."),
    (message(role="bogus"), "input[0]", VALUE, f"Invalid value: 'bogus'. {ROLES}"),
    (message(name="Ada"), "input[0].name", UNKNOWN, "Unknown parameter: 'input[0].name'."),
    (message(phase="commentary"), "input[0].phase", UNKNOWN, "Unknown parameter: 'input[0].phase'."),
    (
        message(type="message", id="x"),
        "input[0].id",
        VALUE,
        "Invalid 'input[0].id': 'x'. Expected an ID that begins with 'msg'.",
    ),
    (
        part("assistant", type="input_text", text="x"),
        "input[0].content[0]",
        VALUE,
        "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
    ),
    (
        part("user", type="text", text="x"),
        "input[0].content[0]",
        VALUE,
        "Invalid value: 'text'. Supported values are: 'input_text', 'input_image', and 'input_file'.",
    ),
    (
        part("user", type=[]),
        "input[0].content[0].type",
        "invalid_type",
        "Invalid type for 'input[0].content[0].type': expected a string, but got an array instead.",
    ),
    (
        part("user", type="input_text"),
        "input[0].content[0].text",
        MISSING,
        "Missing required parameter: 'input[0].content[0].text'.",
    ),
    (
        part("user", type="input_image", image_url="data:"),
        "input[0].content[0].type",
        VALUE,
        "Invalid content type. input_image is only supported by certain models: the offline model reads text only.",
    ),
    (
        {"input": [{"type": "web_search_call"}]},
        "input[0]",
        "unsupported_value",
        "Items of type 'web_search_call' are not supported here: the offline model has no hosted tools.",
    ),
    (
        {"input": [USER, {**OUTPUT, "call_id": ABSENT}]},
        "input[1].call_id",
        MISSING,
        "Missing required parameter: 'input[1].call_id'.",
    ),
    (
        {"input": [{"type": "reasoning", "id": "rs_1"}]},
        "input[0].summary",
        MISSING,
        "Missing required parameter: 'input[0].summary'.",
    ),
    # what belongs together
    ({"input": [USER, OUTPUT]}, "input", None, "No tool call found for function call output with call_id call_1."),
    ({"input": [OUTPUT, CALL]}, "input", None, "No tool call found for function call output with call_id call_1."),
    (
        {"input": [CUSTOM, OUTPUT]},
        "input",
        None,
        "No tool call found for function call output with call_id call_1.",
    ),
    ({"input": [USER, CALL]}, "input", None, "No tool output found for function call call_1."),
    ({"input": [USER, CUSTOM]}, "input", None, "No tool output found for custom tool call call_1."),
    ({"input": [USER, CALL, CALL, OUTPUT]}, "input", None, "Duplicate tool call found with call_id call_1."),
    (
        {"input": [USER, CALL, OUTPUT, OUTPUT]},
        "input",
        None,
        "Duplicate tool output found with call_id call_1.",
    ),
    (
        {"input": [{**CALL, "id": "fc_1"}, OUTPUT, {**USER, "id": "msg_1"}, {**USER, "id": "msg_1"}]},
        "input",
        None,
        "Duplicate item found with id msg_1. Remove duplicate items from your input and try again.",
    ),
    (
        {"input": [{"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"}, USER]},
        None,
        "invalid_encrypted_content",
        "The encrypted content x...x could not be verified.",
    ),
    # tools
    (
        {"tools": [{"type": "function", "function": {"name": "weather"}}]},
        "tools[0].name",
        MISSING,
        "Missing required parameter: 'tools[0].name'.",
    ),
    ({"tools": [{**TOOL, "foo": 1}]}, "tools[0].foo", UNKNOWN, "Unknown parameter: 'tools[0].foo'."),
    ({"tools": [{"type": "web_search"}]}, "tools[0]", "unsupported_value", HOSTED_TOOL),
    (
        {"tools": [{**TOOL, "strict": True}]},
        "tools[0].parameters",
        "invalid_function_parameters",
        f"Invalid schema for function 'weather': {STRICT}",
    ),
    (
        {"tool_choice": "required"},
        "tool_choice",
        None,
        "Tool choice 'required' must be specified with 'tools' parameter.",
    ),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "name": "x"}},
        "tool_choice",
        None,
        "Tool choice 'function' not found in 'tools' parameter.",
    ),
    (
        {"tools": [TOOL], "tool_choice": "sometimes"},
        "tool_choice",
        VALUE,
        "Invalid value: 'sometimes'. Supported values are: 'none', 'auto', and 'required'.",
    ),
    # the others
    (
        {"truncation": "bogus"},
        "truncation",
        VALUE,
        "Invalid value: 'bogus'. Supported values are: 'auto' and 'disabled'.",
    ),
    (
        {"metadata": {str(n): "" for n in range(17)}},
        "metadata",
        "object_above_max_properties",
        f"Invalid 'metadata': {TOO_MANY}",
    ),
    (
        {"stream": True, "stream_options": {"include_usage": True}},
        "stream_options.include_usage",
        UNKNOWN,
        "Unknown parameter: 'stream_options.include_usage'.",
    ),
    (
        {"stream_options": {}},
        "stream_options",
        None,
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    ),
    (
        {"max_output_tokens": 15},
        "max_output_tokens",
        "integer_below_min_value",
        f"Invalid 'max_output_tokens': {BELOW} >= 16, but got 15 instead.",
    ),
    (
        {"context_management": [{"type": "compaction", "compact_threshold": 999}]},
        "context_management[0].compact_threshold",
        "integer_below_min_value",
        f"Invalid 'context_management[0].compact_threshold': {BELOW} >= 1000, but got 999 instead.",
    ),
    (
        {"model": "gpt-6-luna", "temperature": 1},
        "temperature",
        None,
        f"Unsupported parameter: 'temperature' {NOT_HERE}",
    ),
    (
        {"model": "gpt-6-luna", "reasoning": {"effort": "minimal"}},
        "reasoning.effort",
        "unsupported_value",
        "Unsupported value: 'minimal' is not supported with the 'gpt-6-luna' model. "
        "Supported values are: 'none', 'low', 'medium', 'high', 'xhigh', and 'max'.",
    ),
    (
        {"model": "gpt-4", "reasoning": {"effort": "low"}},
        "reasoning.effort",
        "unsupported_parameter",
        f"Unsupported parameter: 'reasoning.effort' {NOT_HERE}",
    ),
    (form(type="json_schema"), "text.format.name", MISSING, "Missing required parameter: 'text.format.name'."),
    (
        form(type="json_schema", name="a", schema=OBJECT, strict=True),
        "text.format.schema",
        "invalid_json_schema",
        f"Invalid schema for response_format 'a': {STRICT}",
    ),
    (form(type="json_object"), "input", None, JSON),
    # state
    ({"previous_response_id": "resp_1", "conversation": "conv_1"}, None, "mutually_exclusive_parameters", BOTH),
    (
        {"previous_response_id": "resp_1"},
        "previous_response_id",
        "previous_response_not_found",
        "Previous response with id 'resp_1' not found.",
    ),
]


@pytest.mark.parametrize(("changes", "param", "code", "message"), REFUSALS)
def test_what_is_refused(changes: dict[str, Any], param: str | None, code: str | None, message: str) -> None:
    body = request(changes)
    if isinstance(items := body.get("input"), list):
        body["input"] = [{key: value for key, value in item.items() if value is not ABSENT} for item in items]
    assert error_of(body) == {"status": 400, "message": message, "param": param, "code": code}


@pytest.mark.parametrize(
    ("changes", "param", "message"),
    [
        ({"conversation": "conv_1"}, None, "Conversation with id 'conv_1' not found."),
        ({"conversation": {"id": "conv_1"}}, None, "Conversation with id 'conv_1' not found."),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input", "Item with id 'msg_1' not found."),
        ({"input": [{"id": "msg_1"}]}, "input", "Item with id 'msg_1' not found."),
    ],
)
def test_what_is_not_found(changes: dict[str, Any], param: str | None, message: str) -> None:
    error = error_of(request(changes))
    assert (error["status"], error["param"], error["code"]) == (404, param, None)
    assert error["message"].startswith(message)


ORDER = [  # faults in the order in which they are found, one of each step
    {"model": "x"},
    {"modle": "x"},
    {"input": {}},
    {"include": ["x"]},
    {"tools": [{}]},
    {"metadata": {"a": 1}},
    {"text": {"format": {}}},
    {"temperature": 3},
    {"truncation": "x"},
    {"instructions": 1},
    {"store": "x"},
    {"conversation": "conv_1"},
    {"prompt": {"id": "pmpt_1"}},
    {"reasoning": {"mode": "pro"}},
]


def test_faults_are_found_in_the_order_of_the_live_api() -> None:
    alone = [error_of(request(fault))["message"] for fault in ORDER]
    for n in range(len(ORDER)):
        together = {key: value for fault in reversed(ORDER[n:]) for key, value in fault.items()}
        assert error_of(request(together))["message"] == alone[n]


def test_what_is_near_a_known_name_is_suggested_and_nothing_else() -> None:
    assert error_of(request({"inputs": "x"}))["message"].endswith("Did you mean 'input'?")
    assert error_of(request({"max_tokens": 5}))["message"] == "Unknown parameter: 'max_tokens'."


# reasoning and what it led to


@pytest.fixture
def thinking() -> tuple[MockServer, list[dict[str, Any]]]:
    """A server, and what it kept of an answer: its reasoning and its message."""
    server = MockServer(reply_to=lambda body, fits: Reply("Yes.", reasoning="They greet."))
    return server, ask(request({"reasoning": {"effort": "low"}}), server).json()["output"]


def test_reasoning_comes_with_what_it_led_to(thinking: tuple[MockServer, list[dict[str, Any]]]) -> None:
    server, (reasoning, said) = thinking
    lone = {key: value for key, value in reasoning.items() if key != "encrypted_content"}
    unnamed = {"role": "assistant", "content": "Yes."}
    message = f"Item '{reasoning['id']}' of type 'reasoning' was provided without its required following item."
    for items in ([reasoning], [reasoning, USER], [lone, unnamed]):
        assert error_of(request({"input": items}), server) == {
            "status": 400, "message": message, "param": "input", "code": None
        }  # fmt: skip
    for items in ([reasoning, said, USER], [lone, said, USER], [reasoning, unnamed, USER]):
        assert ask(request({"input": items}), server).status_code == 200


def test_what_is_kept_with_its_reasoning_comes_back_with_it(
    thinking: tuple[MockServer, list[dict[str, Any]]],
) -> None:
    server, (reasoning, said) = thinking
    text = "of type 'message' was provided without its required 'reasoning' item"
    error = error_of(request({"input": [said, USER]}), server)
    assert error["message"] == f"Item '{said['id']}' {text}: '{reasoning['id']}'."
    assert ask(request({"input": [said, USER]})).status_code == 200  # no other server knows of it


def test_reasoning_that_was_not_kept_needs_its_content() -> None:
    server = MockServer(reply_to=lambda body, fits: Reply("Yes.", reasoning="They greet."))
    whole = ask(request({"reasoning": {"effort": "low"}, "store": False}), server).json()["output"]
    lone = [{**whole[0], "encrypted_content": None}, whole[1]]
    assert ask(request({"input": [*whole, USER], "store": False}), server).status_code == 200
    error = error_of(request({"input": [*lone, USER]}), server)
    assert (error["status"], error["param"]) == (404, "input")
    assert error["message"].startswith(f"Item with id '{whole[0]['id']}' not found. Items are not persisted when")


def test_a_chain_takes_only_what_is_new() -> None:
    server = MockServer(reply_to=lambda body, fits: Reply(None, (("weather", {}),)))
    first = ask(request({"tools": [TOOL]}), server).json()
    chained = {"previous_response_id": first["id"]}
    output = {**OUTPUT, "call_id": first["output"][0]["call_id"]}
    error = error_of(request({**chained, "input": first["output"]}), server)
    assert error["message"].startswith(f"Duplicate item found with id {first['output'][0]['id']}.")
    error = error_of(request({**chained, "input": [USER]}), server)
    assert error["message"] == f"No tool output found for function call {output['call_id']}."
    assert ask(request({**chained, "input": [output]}), server).status_code == 200


# every parameter


def test_every_parameter_stands_in_one_table() -> None:
    assert sorted([*OBEYED, *HARMLESS, *REFUSED]) == sorted(ResponseCreateParamsStreaming.__annotations__)
    assert sorted(CREATED) == sorted(ResponseCreateParamsStreaming.__annotations__)
    assert sorted(COMPACTED) == sorted(ResponseCompactParams.__annotations__)
    assert set(COUNTED) - {"personality"} <= set(CREATED)


def test_every_item_and_tool_of_the_client_is_known() -> None:
    known = {value for one in ResponseInputItemParam.__args__ for value in kinds(one)}
    assert known == {*item_shapes.ITEMS, *item_shapes.HOSTED}
    assert {value for one in ToolParam.__args__ for value in kinds(one)} == {"function", "custom", *tools.HOSTED}


def kinds(shape: Any) -> set[str]:
    """The values that the `type` of a typed dict may have."""
    return {value for value in flat(get_type_hints(shape)["type"]) if isinstance(value, str)}


def flat(hint: Any) -> list[Any]:
    """What a type consists of, to the last."""
    inner = get_args(hint)
    return [value for one in inner for value in flat(one)] if inner else [hint]


TALK = {
    "input": [
        {"role": "user", "content": "My dog is called Rex."},
        {"role": "user", "content": "What is my dog called?"},
    ]
}
LONG = {"input": "Rex is a dog. " * 400}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
WEATHER = {"type": "function", "name": "get_weather", "description": "Weather in a city", "parameters": CITY}
WITH_TOOL = {"tools": [WEATHER], "input": "The weather in Rome and in Oslo?"}
OLD = [{"role": "user", "content": "I have a dog. " * 300}, {"role": "assistant", "content": "Noted."}]
OBEYING = {  # a parameter: after which other requests, beside which others, and with what it is tried
    "model": ([], {}, "gpt-4"),
    "input": ([], {}, "Hello"),
    "instructions": ([], {}, "Always answer in one word."),
    "store": ([], {}, False),
    "stream": ([], {}, True),
    "stream_options": ([], {"stream": True}, {"include_obfuscation": False}),
    "tools": ([], {"input": WITH_TOOL["input"]}, [WEATHER]),
    "tool_choice": ([], WITH_TOOL, "none"),
    "parallel_tool_calls": ([], WITH_TOOL, False),
    "max_output_tokens": ([], {"input": "Repeat: " + "word " * 40}, 16),
    "truncation": ([], {}, "auto"),
    "context_management": ([], {"input": [*OLD, USER]}, [{"type": "compaction", "compact_threshold": 1_000}]),
    "metadata": ([], {}, {"a": "b"}),
    "reasoning": ([], {}, {"effort": "high"}),
    "text": ([], {"input": "Answer as json: what is my dog called?"}, {"format": {"type": "json_object"}}),
    "background": ([], {}, True),
    "prompt_cache_key": ([LONG], LONG, "another"),
    "prompt_cache_options": ([LONG], LONG, {"mode": "explicit"}),
    "prompt_cache_retention": ([], {"model": "gpt-4"}, "24h"),
}  # fmt: skip
STATE = {"previous_response_id", "conversation"}  # tests/mock_model/test_responses.py and test_conversations.py


def outcome(*requests: dict[str, Any]) -> str:
    """What a fresh server answers to the last of these requests."""
    server = MockServer()
    answers = [ask(request(TALK | changes), server) for changes in requests]
    assert all(answer.status_code == 200 for answer in answers)
    return answers[-1].text


@pytest.mark.parametrize("name", sorted(OBEYED - STATE))
def test_what_is_obeyed_changes_the_answer(name: str) -> None:
    before, beside, value = OBEYING[name]
    assert outcome(*before, beside | {name: value}) != outcome(*before, beside)


VALUES = {
    "temperature": [0, 2], "top_p": [0.1], "top_logprobs": [0], "max_tool_calls": [1],
    "include": [[], ["reasoning.encrypted_content"]],
    "user": ["u"], "safety_identifier": ["s"], "service_tier": ["auto", "flex"], "image": [{"context_compression": "auto"}],
    "background_options": [{"completion_window": "soonest", "continuation_id": "c"}],
}  # fmt: skip
ECHOED = {"temperature", "top_p", "max_tool_calls", "user", "safety_identifier"}


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_what_is_harmless_changes_nothing_but_ids_and_its_own_echo(name: str) -> None:
    plain = json.loads(outcome({}))
    for value in VALUES[name]:
        found = json.loads(outcome({name: value}))
        assert found["output"][0]["content"] == plain["output"][0]["content"]
        differing = {key for key in plain if found[key] != plain[key]} - {"id", "output"}
        assert differing == ({name} if name in ECHOED else set())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("access_programs", {"cyber": "standard"}),
        ("moderation", {"model": "omni-moderation-latest"}),
        ("prompt", {"id": "pmpt_1"}),
        ("top_logprobs", 2),
        ("include", ["message.output_text.logprobs"]),
        ("background_options", {"completion_window": "2h"}),
        ("prompt_cache_options", {"prewarm": True}),
        ("prompt_cache_options", {"comparison_response_id": "msg_1"}),
        ("prompt_cache_retention", "in_memory"),
        ("reasoning", {"mode": "pro"}),
        ("reasoning", {"generate_summary": "auto"}),
    ],
)
def test_what_cannot_be_done_is_refused(name: str, value: Any) -> None:
    error = error_of(request({name: value}))
    assert (error["param"] or "prompt").partition(".")[0] == name


VALUE_STRATEGY = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "message", "user", "function_call", "msg_1", "auto"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["type", "role", "content", "id", "call_id", "output", "name", "text"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(CREATED)), VALUE_STRATEGY, max_size=3), VALUE_STRATEGY)
def test_any_json_is_answered_or_refused(changes: dict[str, Any], item: Any) -> None:
    for body in ({"model": "offline-model", **changes}, request({"input": [item]}), item):
        answer = ask(body)
        assert answer.status_code == 200 or answer.json()["error"]["message"]


def test_the_other_paths_check_as_create_does() -> None:
    for path in ("responses/input_tokens", "responses/compact"):
        assert ask(request({}), path=path).status_code == 200
        assert error_of(request({"input": {}}), path=path)["code"] == "invalid_type"
        assert error_of(request({"strem": 1}), path=path)["code"] == UNKNOWN
    assert error_of(request({"temperature": 1}), path="responses/input_tokens")["code"] == UNKNOWN
    assert error_of(request({"personality": "friendly"}), path="responses/input_tokens")["param"] == "personality"
    hosted = error_of(request({"tools": [{"type": "web_search"}]}), path="responses/input_tokens")
    assert hosted["message"] == HOSTED_TOOL


def test_the_client_sees_the_right_exceptions() -> None:
    client = MockServer().client()
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="offline-model", input="Hi", previous_response_id="resp_1")
    assert caught.value.code == "previous_response_not_found"
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="offline-model", input="Hi", conversation="conv_1")
