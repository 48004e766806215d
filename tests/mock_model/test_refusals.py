"""What the server refuses, and how: status, type, param, code and message of OpenAI."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

import mock_model
from mock_model.api.completion import Reply

USER = {"role": "user", "content": "Hello"}
ASSISTANT = {"role": "assistant", "content": "Hi."}
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
CALLS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "Sunny."}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
ABSENT = object()


def tool(**function: Any) -> list[dict]:
    return [{"type": "function", "function": function}]


def part(**part: Any) -> list[dict]:
    return [USER, {"role": "user", "content": [{"type": "text", "text": "See:"}, part]}]


def call(**changes: Any) -> list[dict]:
    changed = {key: value for key, value in {**CALL, **changes}.items() if value is not ABSENT}
    return [USER, {**CALLS, "tool_calls": [changed]}, RESULT]


def send(body: Any, **options: Any) -> ChatCompletion:
    client = mock_model.get_mock_client(reply_to=lambda body, fits: Reply("Yes."), **options)
    return client.post("/chat/completions", body=body, cast_to=ChatCompletion)


def request(changes: dict[str, Any]) -> dict[str, Any]:
    body = {"model": "offline-model", "messages": [USER], **changes}
    return {key: value for key, value in body.items() if value is not ABSENT}


UNKNOWN_MODEL = "The model `x` does not exist or you do not have access to it."
EMPTY = "empty array. Expected an array with minimum length 1, but got an empty array instead."
PATTERN = "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
NOT_HERE = "is not supported with this model."
DEFAULT_ONLY = "with this model. Only the default (1) value is supported."
ORPHAN = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
UNANSWERED = (
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
    "The following tool_call_ids did not have response messages: "
)
NULL_CONTENT = "Invalid value for 'content': expected a string, got null."
ROLES = "Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'."
LUNA_EFFORTS = "Supported values are: 'none', 'low', 'medium', 'high', 'xhigh', and 'max'."
OFFLINE = "The offline model answers in text, and calls tools."
IMAGE = "Invalid content type. image_url is only supported by certain models: the offline model reads text only."

REFUSALS = [  # what differs from an accepted request, and param, code and message of the refusal
    ({"model": ABSENT}, None, None, "you must provide a model parameter"),
    ({"model": ""}, None, None, "you must provide a model parameter"),
    ({"messages": ABSENT}, "messages", "missing_required_parameter", "Missing required parameter: 'messages'."),
    ({"foo": 1}, "foo", "unknown_parameter", "Unknown parameter: 'foo'."),
    ({"reasoning": {}}, "reasoning", "unknown_parameter", "Unknown parameter: 'reasoning'."),
    # messages
    ({"messages": []}, "messages", "empty_array", f"Invalid 'messages': {EMPTY}"),
    (
        {"messages": "Hello"},
        "messages",
        "invalid_type",
        "Invalid type for 'messages': expected an array of objects, but got a string instead.",
    ),
    (
        {"messages": ["Hello"]},
        "messages[0]",
        "invalid_type",
        "Invalid type for 'messages[0]': expected an object, but got a string instead.",
    ),
    (
        {"messages": [USER, {"content": "x"}]},
        "messages[1].role",
        "missing_required_parameter",
        "Missing required parameter: 'messages[1].role'.",
    ),
    (
        {"messages": [{"role": "bot", "content": "x"}]},
        "messages[0].role",
        "invalid_value",
        f"Invalid value: 'bot'. {ROLES}",
    ),
    (
        {"messages": [{"role": "function", "content": "x", "name": "f"}]},
        "messages[0].role",
        "unsupported_value",
        "Unsupported value: 'messages[0].role' does not support 'function' with this model.",
    ),
    ({"messages": [USER, {"role": "user", "content": None}]}, "messages.[1].content", None, NULL_CONTENT),
    ({"messages": [USER, {"role": "user"}]}, "messages.[1].content", None, NULL_CONTENT),
    ({"messages": [USER, {"role": "assistant", "content": None}]}, "messages.[1].content", None, NULL_CONTENT),
    (
        {"messages": [{"role": "user", "content": 7}]},
        "messages[0].content",
        "invalid_type",
        "Invalid type for 'messages[0].content': expected one of a string or array of objects, "
        "but got an integer instead.",
    ),
    (
        {"messages": [{"role": "user", "content": []}]},
        "messages[0].content",
        "empty_array",
        f"Invalid 'messages[0].content': {EMPTY}",
    ),
    (
        {"messages": [{**USER, "timestamp": "now"}]},
        "messages[0].timestamp",
        "unknown_parameter",
        "Unknown parameter: 'messages[0].timestamp'.",
    ),
    (
        {"messages": [ASSISTANT, {**USER, "name": "Ann Lee"}]},
        "messages[1].name",
        "invalid_value",
        f"Invalid 'messages[1].name': {PATTERN}",
    ),
    (
        {"messages": [{**USER, "name": ""}]},
        "messages[0].name",
        "empty_string",
        "Invalid 'messages[0].name': empty string. "
        "Expected a string with minimum length 1, but got an empty string instead.",
    ),
    (
        {"messages": [{**USER, "name": "a" * 65}]},
        "messages[0].name",
        "string_above_max_length",
        "Invalid 'messages[0].name': string too long. "
        "Expected a string with maximum length 64, but got a string with length 65 instead.",
    ),
    # content parts
    (
        {"messages": part(text="x")},
        "messages[1].content[1].type",
        "missing_required_parameter",
        "Missing required parameter: 'messages[1].content[1].type'.",
    ),
    (
        {"messages": part(type="text")},
        "messages[1].content[1].text",
        "missing_required_parameter",
        "Missing required parameter: 'messages[1].content[1].text'.",
    ),
    (
        {"messages": part(type="picture")},
        "messages[1].content[1].type",
        "invalid_value",
        "Invalid value: 'picture'. "
        "Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'.",
    ),
    (
        {"messages": part(type="image_url", image_url={"url": "x"})},
        "messages[1].content[1].type",
        "invalid_value",
        IMAGE,
    ),
    (
        {"messages": part(type="input_audio", input_audio={})},
        "messages[1].content[1].type",
        "invalid_value",
        IMAGE.replace("image_url", "input_audio"),
    ),
    (
        {"messages": part(type="text", text="x", cache_control={})},
        "messages[1].content[1].cache_control",
        "unknown_parameter",
        "Unknown parameter: 'messages[1].content[1].cache_control'.",
    ),
    # calls and their results
    ({"messages": [USER, RESULT]}, "messages.[1].role", None, ORPHAN),
    ({"messages": [USER, CALLS, RESULT, USER, RESULT]}, "messages.[4].role", None, ORPHAN),
    ({"messages": [USER, CALLS, USER]}, "messages.[2].role", None, f"{UNANSWERED}call_1"),
    ({"messages": [USER, CALLS]}, "messages.[1].role", None, f"{UNANSWERED}call_1"),
    (
        {
            "messages": [
                USER,
                {**CALLS, "tool_calls": [CALL, {**CALL, "id": "call_2"}, {**CALL, "id": "call_3"}]},
                RESULT,
            ]
        },
        "messages.[2].role",
        None,
        f"{UNANSWERED}call_2, call_3",
    ),
    (
        {"messages": [USER, CALLS, {**RESULT, "tool_call_id": "call_9"}]},
        "messages.[2].tool_call_id",
        None,
        "Invalid parameter: 'tool_call_id' of 'call_9' not found in 'tool_calls' of previous message.",
    ),
    (
        {"messages": [USER, CALLS, RESULT, RESULT]},
        "messages.[3].tool_call_id",
        None,
        "Invalid parameter: Duplicate value for 'tool_call_id' of 'call_1', in messages[2] and messages[3].",
    ),
    (
        {"messages": [USER, CALLS, {"role": "tool", "content": "x"}]},
        "messages.[2].tool_call_id",
        None,
        "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.",
    ),
    (
        {"messages": [USER, {**ASSISTANT, "tool_calls": []}]},
        "messages[1].tool_calls",
        "empty_array",
        f"Invalid 'messages[1].tool_calls': {EMPTY}",
    ),
    (
        {"messages": call(index=0)},
        "messages[1].tool_calls[0].index",
        "unknown_parameter",
        "Unknown parameter: 'messages[1].tool_calls[0].index'.",
    ),
    (
        {"messages": call(id=ABSENT)},
        "messages[1].tool_calls[0].id",
        "missing_required_parameter",
        "Missing required parameter: 'messages[1].tool_calls[0].id'.",
    ),
    (
        {"messages": call(function={"name": "weather", "arguments": {}})},
        "messages[1].tool_calls[0].function.arguments",
        "invalid_type",
        "Invalid type for 'messages[1].tool_calls[0].function.arguments': "
        "expected a string, but got an object instead.",
    ),
    # limits and numbers
    (
        {"model": "gpt-6-luna", "max_tokens": 9},
        "max_tokens",
        "unsupported_parameter",
        f"Unsupported parameter: 'max_tokens' {NOT_HERE} Use 'max_completion_tokens' instead.",
    ),
    (
        {"model": "gpt-4o-mini", "max_tokens": 9, "max_completion_tokens": 9},
        "max_tokens",
        "invalid_parameter_combination",
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    ),
    *(
        (
            {"max_completion_tokens": value},
            "max_completion_tokens",
            "integer_below_min_value",
            "Invalid 'max_completion_tokens': integer below minimum value. "
            f"Expected a value >= 1, but got {value} instead.",
        )
        for value in (0, -5)
    ),
    *(
        (
            {"max_completion_tokens": value},
            "max_completion_tokens",
            "invalid_type",
            f"Invalid type for 'max_completion_tokens': expected an integer, but got {kind} instead.",
        )
        for value, kind in ((1.5, "a decimal number"), ("9", "a string"), (True, "a boolean"))
    ),
    (
        {"max_completion_tokens": 20_000},
        "max_completion_tokens",
        None,
        "max_completion_tokens is too large: 20000. "
        "This model supports at most 16384 completion tokens, whereas you provided 20000.",
    ),
    (
        {"n": 129},
        "n",
        "integer_above_max_value",
        "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead.",
    ),
    (
        {"n": 0},
        "n",
        "integer_below_min_value",
        "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
    ),
    (
        {"temperature": 3},
        "temperature",
        "decimal_above_max_value",
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
    ),
    (
        {"temperature": "hot"},
        "temperature",
        "invalid_type",
        "Invalid type for 'temperature': expected a decimal, but got a string instead.",
    ),
    *(
        (
            {**model, name: 0.5},
            name,
            "unsupported_value",
            f"Unsupported value: '{name}' does not support 0.5 {DEFAULT_ONLY}",
        )
        for model in ({"model": "gpt-6-luna"}, {"reasoning_effort": "low"})
        for name in ("temperature", "top_p")
    ),
    *(
        (
            {"model": "gpt-6-luna", name: value},
            name,
            "unsupported_parameter",
            f"Unsupported parameter: '{name}' {NOT_HERE}",
        )
        for name, value in {"stop": "x", "logit_bias": {}, "presence_penalty": 1, "logprobs": True}.items()
    ),
    (
        {"stop": ["a", "b", "c", "d", "e"]},
        "stop",
        "array_above_max_length",
        "Invalid 'stop': array too long. "
        "Expected an array with maximum length 4, but got an array with length 5 instead.",
    ),
    # reasoning
    (
        {"reasoning_effort": "lots"},
        "reasoning_effort",
        "unsupported_value",
        "Unsupported value: 'reasoning_effort' does not support 'lots' with this model. "
        "Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'.",
    ),
    (
        {"model": "gpt-6-luna", "reasoning_effort": "minimal"},
        "reasoning_effort",
        "unsupported_value",
        f"Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. {LUNA_EFFORTS}",
    ),
    (
        {"model": "gpt-4", "reasoning_effort": "low"},
        None,
        None,
        "Unrecognized request argument supplied: reasoning_effort",
    ),
    (
        {"model": "gpt-6-luna", "tools": [TOOL]},
        "reasoning_effort",
        None,
        "Function tools with reasoning_effort are not supported for gpt-6-luna in /v1/chat/completions. "
        "To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
    ),
    # streams
    (
        {"stream_options": {"include_usage": True}},
        "stream_options",
        None,
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    ),
    (
        {"stream": True, "stream_options": {"usage": True}},
        "stream_options.usage",
        "unknown_parameter",
        "Unknown parameter: 'stream_options.usage'.",
    ),
    # tools
    (
        {"tool_choice": "auto"},
        "tool_choice",
        None,
        "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
    ),
    ({"tools": []}, "tools", "empty_array", f"Invalid 'tools': {EMPTY}"),
    (
        {"tools": None},
        "tools",
        "invalid_type",
        "Invalid type for 'tools': expected an array of objects, but got null instead.",
    ),
    (
        {"tools": TOOL},
        "tools",
        "invalid_type",
        "Invalid type for 'tools': expected an array of objects, but got an object instead.",
    ),
    (
        {"tools": [{"type": "function"}]},
        "tools[0].function",
        "missing_required_parameter",
        "Missing required parameter: 'tools[0].function'.",
    ),
    (
        {"tools": tool(description="x")},
        "tools[0].function.name",
        "missing_required_parameter",
        "Missing required parameter: 'tools[0].function.name'.",
    ),
    (
        {"tools": tool(name="my tool")},
        "tools[0].function.name",
        "invalid_value",
        f"Invalid 'tools[0].function.name': {PATTERN}",
    ),
    (
        {"tools": tool(name="f", parameters={"type": "string"})},
        "tools[0].function.parameters",
        "invalid_function_parameters",
        "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"string\"'.",
    ),
    (
        {"tools": tool(name="f", parameters={"type": "object", "properties": {"x": {"type": "array"}}})},
        "tools[0].function.parameters",
        "invalid_function_parameters",
        "Invalid schema for function 'f': In context=('properties', 'x'), array schema missing items.",
    ),
    (
        {"tools": [TOOL], "tool_choice": "always"},
        "tool_choice",
        "invalid_value",
        "Invalid value: 'always'. Supported values are: 'none', 'auto', and 'required'.",
    ),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "other"}}},
        "function_call",
        None,
        "Invalid value for 'function_call': no function named 'other' was specified in the 'functions' parameter.",
    ),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function"}},
        "tool_choice.function",
        "missing_required_parameter",
        "Missing required parameter: 'tool_choice.function'.",
    ),
    # what OpenAI has and the offline model has not
    (
        {"modalities": ["text", "audio"]},
        "modalities",
        "unsupported_parameter",
        f"Unsupported parameter: 'modalities'. {OFFLINE}",
    ),
    (
        {"functions": [{"name": "f"}]},
        "functions",
        "unsupported_parameter",
        f"Unsupported parameter: 'functions'. {OFFLINE}",
    ),
    ({"logprobs": True}, "logprobs", "unsupported_parameter", f"Unsupported parameter: 'logprobs'. {OFFLINE}"),
]


@pytest.mark.parametrize(("changes", "param", "code", "message"), REFUSALS, ids=[row[3][:60] for row in REFUSALS])
def test_refused_as_openai_does(changes: dict, param: str | None, code: str | None, message: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        send(request(changes))
    error = caught.value
    assert (error.status_code, error.type) == (400, "invalid_request_error")
    assert (error.param, error.code, error.body["message"]) == (param, code, message)


ACCEPTED = [
    {},
    {"messages": [USER, CALLS, RESULT]},
    {"messages": [{"role": "system", "content": "x"}, {"role": "developer", "content": "x"}, USER]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
    {"messages": [{**USER, "name": "Ann_Lee-1"}]},
    {"messages": [USER, {"role": "assistant", "content": "x", "tool_calls": None, "audio": None, "refusal": None}]},
    {"messages": [{"role": "user", "content": ""}]},
    {"messages": [ASSISTANT]},
    {"messages": [{**USER, "tool_calls": [CALL]}, USER]},
    {"max_tokens": 9},
    {"model": "offline-thinker", "max_tokens": 9},
    {"model": "gpt-4o-mini", "max_tokens": 9},
    {"model": "gpt-4", "max_completion_tokens": 9},
    {"model": "gpt-6-luna", "temperature": 1, "top_p": 1},
    {"model": "gpt-6-luna", "reasoning_effort": "none", "tools": [TOOL], "temperature": 0.2},
    {"reasoning_effort": "high", "tools": [TOOL]},
    {"temperature": 0.2, "top_p": 0.1, "seed": 1, "user": "u", "metadata": {"a": "b"}, "store": True, "n": 1},
    {"stop": None, "max_completion_tokens": None, "temperature": None, "stream": None, "reasoning_effort": None},
    {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False},
    {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "weather"}}},
    {"tools": tool(name="f")},
    {"tools": tool(name="f", parameters={})},
    {"response_format": {"type": "text"}, "verbosity": "low", "service_tier": "auto", "prompt_cache_key": "k"},
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_accepted_as_openai_does(changes: dict) -> None:
    assert send(request(changes)).choices[0].message.role == "assistant"


def test_every_parameter_of_the_openai_package_is_known() -> None:
    for name in CompletionCreateParamsStreaming.__annotations__:
        try:
            send(request({name: {"not": "a value"}}))
        except openai.APIStatusError as error:
            assert error.code != "unknown_parameter" or "." in error.param


ORDER = [  # what is wrong twice is refused for the first of these reasons
    ({"model": ABSENT, "foo": 1}, "you must provide a model parameter"),
    ({"messages": ABSENT, "foo": 1}, "Missing required parameter: 'messages'."),
    ({"foo": 1, "messages": []}, "Unknown parameter: 'foo'."),
    ({"foo": 1, "n": "x"}, "Unknown parameter: 'foo'."),
    ({"temperature": "x", "n": "x"}, "Invalid type for 'n': expected an integer, but got a string instead."),
    ({"messages": [{"role": "user"}, {"role": "bot", "content": "x"}]}, f"Invalid value: 'bot'. {ROLES}"),
    (
        {"messages": [{"role": "user"}], "logit_bias": {"50256": 1}},
        f"Unsupported parameter: 'logit_bias'. {OFFLINE}",
    ),
]


@pytest.mark.parametrize(("changes", "message"), ORDER, ids=[message[:40] for _, message in ORDER])
def test_the_first_fault_is_the_one_openai_names(changes: dict, message: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        send(request(changes))
    assert caught.value.body["message"] == message


def test_unknown_models() -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        send(request({"model": "x"}))
    assert (caught.value.code, caught.value.param) == ("model_not_found", None)
    assert caught.value.body["message"] == UNKNOWN_MODEL
    with pytest.raises(openai.NotFoundError) as caught:
        mock_model.get_mock_client().models.retrieve("x")
    assert (caught.value.code, caught.value.body["message"]) == ("model_not_found", "The model 'x' does not exist")


WORDS = "one two three four five six seven eight nine ten"  # ten tokens, so a message of it has 14 and a prompt 17


@pytest.mark.parametrize(
    ("window", "needed", "options", "message"),
    [
        (16, 17, {}, "your messages resulted in 17 tokens. Please reduce the length of the messages."),
        (
            16,
            22,
            {"max_completion_tokens": 5},
            "your messages resulted in 17 tokens. Please reduce the length of the messages.",
        ),
        (
            17,
            22,
            {"max_completion_tokens": 5},
            "you requested 22 tokens (17 in the messages, 5 in the completion). "
            "Please reduce the length of the messages or completion.",
        ),
        (
            30,
            31,
            {"max_completion_tokens": 14},
            "you requested 31 tokens (17 in the messages, 14 in the completion). "
            "Please reduce the length of the messages or completion.",
        ),
        (
            30,
            38,
            {"tools": [TOOL]},
            "your messages resulted in 38 tokens (17 in the messages, 21 in the functions). "
            "Please reduce the length of the messages or functions.",
        ),
        (
            40,
            41,
            {"tools": [TOOL], "max_completion_tokens": 3},
            "you requested 41 tokens (17 in the messages, 21 in the functions, and 3 in the completion). "
            "Please reduce the length of the messages, functions, or completion.",
        ),
    ],
)
def test_the_context_window(window: int, needed: int, options: dict, message: str) -> None:
    body = request({"messages": [{"role": "user", "content": WORDS}], **options})
    with pytest.raises(openai.BadRequestError) as caught:
        send(body, context_window=window)
    error = caught.value
    assert (error.type, error.param, error.code) == ("invalid_request_error", "messages", "context_length_exceeded")
    assert error.body["message"] == f"This model's maximum context length is {window} tokens. However, {message}"
    with pytest.raises(openai.BadRequestError):
        send(body, context_window=needed - 1)
    assert send(body, context_window=needed)


def test_a_newer_model_names_the_limit_of_its_input() -> None:
    body = {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "word " * 500}]}
    needed = send(request(body)).usage.prompt_tokens
    assert send(request(body), context_window=needed)
    with pytest.raises(openai.BadRequestError) as caught:
        send(request(body), context_window=needed - 1)
    told = (
        f"Input tokens exceed the configured limit of {needed - 1} tokens. Your messages resulted in {needed} tokens."
    )
    assert caught.value.body["message"] == f"{told} Please reduce the length of the messages."
    assert caught.value.code == "context_length_exceeded"


def test_each_model_has_its_own_window() -> None:
    messages = [{"role": "user", "content": "word " * 8_200}]
    with pytest.raises(openai.BadRequestError, match="maximum context length is 8192 tokens"):
        send(request({"model": "gpt-4", "messages": messages}))
    assert send(request({"model": "gpt-4o-mini", "messages": messages})).usage.prompt_tokens > 8_200


@pytest.mark.parametrize("window", [0, -1])
def test_a_window_holds_something(window: int) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        mock_model.MockServer(context_window=window)


@pytest.mark.parametrize(
    ("key", "shown"),
    [("sk-proj-abcdefgh1234", "sk-proj-********1234"), ("your-api-key-here", "your-api*****here"), ("wrong", "wrong")],
)
def test_a_wrong_key(key: str, shown: str) -> None:
    server = mock_model.MockServer(api_key="the right one")
    with pytest.raises(openai.AuthenticationError) as caught:
        server.client().with_options(api_key=key).models.list()
    error = caught.value
    assert (error.status_code, error.type, error.param, error.code) == (
        401,
        "invalid_request_error",
        None,
        "invalid_api_key",
    )
    assert error.body["message"] == (
        f"Incorrect API key provided: {shown}. You can find your API key at https://platform.openai.com/account/api-keys."
    )
    assert server.client().with_options(api_key="the right one").models.list()


def raw(method: str, path: str, content: bytes | None = None, key: str = "Bearer k") -> tuple[int, dict]:
    headers = {"authorization": key} if key else {}
    answer = mock_model.MockServer().handle(httpx2.Request(method, f"http://x{path}", headers=headers, content=content))
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer  "])
def test_no_key(key: str) -> None:
    status, error = raw("GET", "/v1/models", key=key)
    assert (status, error["type"], error["param"], error["code"]) == (401, "invalid_request_error", None, None)
    assert error["message"].startswith("You didn't provide an API key.")


@pytest.mark.parametrize("content", [b"", b"{", b"{'model': 1}", b"\xff"])
def test_a_body_that_is_no_json(content: bytes) -> None:
    status, error = raw("POST", "/v1/chat/completions", content)
    assert (status, error["param"], error["code"]) == (400, None, None)
    assert error["message"].startswith("We could not parse the JSON body of your request.")


@pytest.mark.parametrize("content", [b"[]", b"null", b"7", b'"x"'])
def test_a_body_that_is_no_object(content: bytes) -> None:
    status, error = raw("POST", "/v1/chat/completions", content)
    assert (status, error["code"]) == (400, "invalid_type")


@pytest.mark.parametrize(
    ("method", "path", "status", "start"),
    [
        ("GET", "/v1/responses", 405, "Not allowed to GET on /v1/responses."),
        ("POST", "/v1/moderations", 404, "Invalid URL (POST /v1/moderations)."),
        ("GET", "/v1/chat/completions", 405, "Not allowed to GET on /v1/chat/completions."),
        ("POST", "/v1/models", 405, "Not allowed to POST on /v1/models."),
        ("DELETE", "/v1/models/gpt-4", 405, "Not allowed to DELETE on /v1/models/gpt-4."),
    ],
)
def test_what_the_server_has_not(method: str, path: str, status: int, start: str) -> None:
    answered, error = raw(method, path, b"{}")
    assert (answered, error["type"]) == (status, "invalid_request_error")
    assert error["message"].startswith(start)
    assert "offline model offers" in error["message"]


def tool_with(schema: Any) -> dict:
    parameters = {"type": "object", "properties": {"city": schema}}
    return {"type": "function", "function": {"name": "f", "parameters": parameters}}


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"messages": [{"role": "user", "content": [{"type": "refusal", "refusal": "No.", "text": 7}]}]},
         "messages[0].content[0].text"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi.", "refusal": ["No."]}]}]},
         "messages[0].content[0].refusal"),
        ({"tools": [tool_with({"enum": 7})]}, "tools[0].function.parameters"),
        *(({"tools": [tool_with({})], "tool_choice": {"type": "allowed_tools", **allowed}}, param) for allowed, param in (
            ({}, "tool_choice.allowed_tools"),
            ({"allowed_tools": {"mode": 7, "tools": []}}, "tool_choice.allowed_tools.mode"),
            ({"allowed_tools": {"mode": "auto", "tools": 7}}, "tool_choice.allowed_tools.tools"),
            ({"allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": 7}]}},
             "tool_choice.allowed_tools.tools[0].function"),
            ({"allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "g"}}]}},
             "function_call"),
        )),
    ],
)  # fmt: skip
def test_what_stands_deep_in_a_request_is_refused_by_its_place(more: dict, param: str) -> None:
    body = {"model": "offline-model", "messages": [{"role": "user", "content": "Hi."}], **more}
    status, error = raw("POST", "/v1/chat/completions", json.dumps(body).encode())
    assert (status, error["type"], error["param"]) == (400, "invalid_request_error", param)
