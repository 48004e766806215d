"""What OpenAI refuses, refused with OpenAI's status, type, param, code and wording.

`request` says what a request may look like, `parameters` and `formats` which values a model takes; this module says which
tools and messages do not belong together. Where OpenAI has something that the offline model has not (custom tools,
images, audio), the message says so.
"""

from __future__ import annotations

import json
from typing import Any

from mock_model.api.catalogue import EMBEDDING_MODELS, MODELS, Model
from mock_model.api.faults import strict_fault
from mock_model.api.formats import check_format
from mock_model.api.parameters import check_parameters
from mock_model.api.prefixes import MARK
from mock_model.api.reasoning import without_ignored
from mock_model.api.request import ALLOWED, REQUEST
from mock_model.api.responses import ApiError
from mock_model.api.shapes import LONGEST, check_length, check_shape, kind_of, quoted, refusal


def validate(body: Any) -> tuple[Model, dict[str, Any]]:
    """Check a request to `chat.completions.create`.

    Returns the model, and the body without its nulls, with the `reasoning_effort` in force, and without the reasoning that
    the model ignores. Raises
    ApiError with what OpenAI answers, for the first fault in OpenAI's order.
    """
    model = _model_of(body)
    check_shape(body, REQUEST)
    body = {name: value for name, value in body.items() if value is not None}
    body["reasoning_effort"] = _effort(model, body)
    check_parameters(model, body)
    if "tools" in body:
        _check_tools(model, body)
    if "response_format" in body:
        check_format(model, body)
    for i, message in enumerate(body["messages"]):
        _check_content(model, message, i)
    _check_tool_turns(body["messages"])
    if model.wants_reasoning_back:
        body["messages"] = without_ignored(body["messages"], body["reasoning_effort"])
    return model, body


def _model_of(body: Any) -> Model:
    if not isinstance(body, dict):
        raise refusal(f"Invalid type: expected an object, but got {kind_of(body)} instead.", None, "invalid_type")
    name = body.get("model")
    if not name:
        raise refusal("you must provide a model parameter", None)
    if "messages" not in body:
        raise _missing("messages")
    if isinstance(name, str) and name in EMBEDDING_MODELS:
        raise ApiError(403, "You are not allowed to sample from this model")
    if not isinstance(name, str) or name not in MODELS:
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise ApiError(404, message, code="model_not_found")
    return MODELS[name]


def _missing(path: str) -> ApiError:
    return refusal(f"Missing required parameter: '{path}'.", path, "missing_required_parameter")


def _effort(model: Model, body: dict[str, Any]) -> str:
    """The effort a request asks for, or the model's own."""
    if "reasoning_effort" not in body:
        return model.default_effort
    effort = body["reasoning_effort"]
    if not model.efforts:
        raise refusal("Unrecognized request argument supplied: reasoning_effort", None)
    if effort not in model.efforts:
        message = (
            f"Unsupported value: 'reasoning_effort' does not support {effort!r} with this model. "
            f"Supported values are: {quoted(model.efforts)}."
        )
        raise refusal(message, "reasoning_effort", "unsupported_value")
    return effort


def _check_tools(model: Model, body: dict[str, Any]) -> None:
    for i, tool in enumerate(body["tools"]):
        if tool["type"] == "custom":
            message = "Unsupported value: 'custom'. The offline model has function tools only."
            raise refusal(message, f"tools[{i}].type", "unsupported_value")
        if "function" not in tool:
            raise _missing(f"tools[{i}].function")
        _check_schema(tool["function"], f"tools[{i}].function.parameters")
    if isinstance(choice := body.get("tool_choice"), dict):
        _check_choice(choice, [tool["function"]["name"] for tool in body["tools"]])
    if not model.reasons_with_tools and body["reasoning_effort"] != "none":
        message = (
            f"Function tools with reasoning_effort are not supported for {model.name} in /v1/chat/completions. "
            "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
        )
        raise refusal(message, "reasoning_effort")


def _check_choice(choice: dict[str, Any], offered: list[str]) -> None:
    """A `tool_choice` that names a function, or those that are allowed. What OpenAI says of a wrong list is not verified."""
    if choice.get("type") == "allowed_tools":
        check_shape(choice, ALLOWED, "tool_choice")
        names = [tool["function"]["name"] for tool in choice["allowed_tools"]["tools"]]
    else:
        function = choice.get("function")
        name = function.get("name") if isinstance(function, dict) else None
        if name is None:
            raise _missing("tool_choice.function" + (".name" if isinstance(function, dict) else ""))
        names = [name]
    if unknown := next((name for name in names if name not in offered), None):
        message = f"no function named '{unknown}' was specified in the 'functions' parameter."
        raise refusal(f"Invalid value for 'function_call': {message}", "function_call")


def _check_schema(function: dict[str, Any], param: str) -> None:
    """The JSON Schema of a function's parameters, as deep as the offline model reads it: its properties."""
    schema = function.get("parameters") or {}
    properties = schema.get("properties") or {}
    fault = None
    if schema and schema.get("type") != "object":
        fault = f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    elif not isinstance(properties, dict) or not all(isinstance(inner, dict) for inner in properties.values()):
        fault = f"{properties!r} is not an object of objects, one for each property."
    else:
        for name, inner in properties.items():
            if inner.get("type") == "array" and "items" not in inner:
                fault = f"In context=('properties', '{name}'), array schema missing items."
            elif not isinstance(inner.get("enum", []), list):
                fault = f"{json.dumps(inner['enum'])} is not of type 'array'."
        if not fault and function.get("strict") and schema:
            fault = strict_fault(schema)
    if fault:
        message = f"Invalid schema for function '{function['name']}': {fault}"
        raise refusal(message, param, "invalid_function_parameters")


def _check_content(model: Model, message: dict[str, Any], i: int) -> None:
    """A message has a content, of text; only an assistant message may have calls (or a refusal) in its place."""
    content = message.get("content")
    if message["role"] == "function":
        text = f"Unsupported value: 'messages[{i}].role' does not support 'function' with this model."
        raise refusal(text, f"messages[{i}].role", "unsupported_value")
    if isinstance(content, str):
        return
    if content is None:
        if message["role"] != "assistant" or not (message.get("tool_calls") or message.get("refusal")):
            raise refusal("Invalid value for 'content': expected a string, got null.", f"messages.[{i}].content")
        return
    for j, part in enumerate(content):
        path, kind = f"messages[{i}].content[{j}]", part["type"]
        if kind not in ("text", "refusal"):
            text = (
                f"Invalid content type. {kind} is only supported by certain models: the offline model reads text only."
            )
            raise refusal(text, f"{path}.type", "invalid_value")
        if not isinstance(part.get(kind), str):
            raise _missing(f"{path}.{kind}")
        check_length(part[kind], LONGEST, f"{path}.{kind}")
        if part.get(MARK) and model.cache != "breakpoints":  # its wording is not verified
            text = f"Unsupported parameter: '{path}.{MARK}' is not supported with this model."
            raise refusal(text, f"{path}.{MARK}", "unsupported_parameter")


def _check_tool_turns(messages: list[dict[str, Any]]) -> None:
    """Calls are answered right after the message that makes them, once each, and nothing else is answered."""
    called: list[str] = []
    answered: list[str] = []
    for i, message in enumerate(messages):
        if message["role"] == "tool":
            answered.append(_check_answer(message, i, called, answered))
        elif called or message.get("tool_calls"):
            _check_all_answered(called, answered, i)
            calls = message.get("tool_calls") if message["role"] == "assistant" else None
            called, answered = [call["id"] for call in calls or ()], []
    _check_all_answered(called, answered, len(messages) - 1)


def _check_answer(message: dict[str, Any], i: int, called: list[str], answered: list[str]) -> str:
    """The id of the call that a tool message answers, if it may."""
    id = message.get("tool_call_id")
    where = f"messages.[{i}].tool_call_id"
    if id is None:
        text = "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'."
        raise refusal(text, where)
    if not called:
        text = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
        raise refusal(f"Invalid parameter: {text}", f"messages.[{i}].role")
    if id not in called:
        text = f"'tool_call_id' of '{id}' not found in 'tool_calls' of previous message."
        raise refusal(f"Invalid parameter: {text}", where)
    if id in answered:
        raise refusal(f"Invalid parameter: Duplicate value for 'tool_call_id' of '{id}'.", where)
    return id


def _check_all_answered(called: list[str], answered: list[str], i: int) -> None:
    unanswered = [id for id in called if id not in answered]
    if unanswered:
        text = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(unanswered)}"
        )
        raise refusal(text, f"messages.[{i}].role")
