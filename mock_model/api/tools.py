"""Tools: which definitions are refused, and which choices among them, with OpenAI's words where they are known."""

from __future__ import annotations

import json
import re
from typing import Any

from mock_model.api.catalogue import Model
from mock_model.api.emptiest import emptiest
from mock_model.api.faults import malformed, strict_fault
from mock_model.api.functions import of_input
from mock_model.api.request import ALLOWED, CHOICE
from mock_model.api.schemas import Unfillable
from mock_model.api.shapes import check_shape, missing, refusal


def check_tools(model: Model, body: dict[str, Any]) -> None:
    """Raise the ApiError for the first tool that this model does not take, or for a choice of what is not there."""
    for i, tool in enumerate(body["tools"]):
        kind = tool["type"]
        if kind not in tool:
            raise missing(f"tools[{i}].{kind}")
        if kind == "custom":
            _check_custom(model, tool["custom"], f"tools[{i}]")
        else:
            check_schema(tool["function"], f"tools[{i}].function.parameters")
    if isinstance(choice := body.get("tool_choice"), dict):
        _check_choice(choice, {(tool["type"], tool[tool["type"]]["name"]) for tool in body["tools"]})
    if not model.reasons_with_tools and body["reasoning_effort"] != "none":
        message = (
            f"Function tools with reasoning_effort are not supported for {model.name} in /v1/chat/completions. "
            "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
        )
        raise refusal(message, "reasoning_effort")


def _check_custom(model: Model, tool: dict[str, Any], path: str) -> None:
    """A custom tool: GPT-5 and later have them. What OpenAI says of a grammar that it cannot read is not verified."""
    if not model.custom_tools:
        message = f"Unsupported value: '{path}.type' does not support 'custom' with this model."
        raise refusal(f"{message} Supported values are: 'function'.", f"{path}.type", "unsupported_value")
    form = tool.get("format") or {"type": "text"}
    if form["type"] != "grammar":
        return
    path = f"{path}.custom.format.grammar"
    if "grammar" not in form:
        raise missing(path)
    check_grammar(form["grammar"], path)


def check_grammar(grammar: dict[str, Any], path: str) -> None:
    """Raise the ApiError for a grammar that the offline model cannot follow."""
    if grammar["syntax"] == "lark":
        message = (
            "Unsupported value: 'lark'. The offline model writes what a regular expression allows, syntax 'regex'."
        )
        raise refusal(message, f"{path}.syntax", "unsupported_value")
    try:
        re.compile(grammar["definition"])
        emptiest(of_input({"format": {"grammar": grammar}}), {})
    except (re.error, Unfillable) as error:
        raise refusal(f"Invalid '{path}.definition': {error}", f"{path}.definition", "invalid_value") from None


def _check_choice(choice: dict[str, Any], offered: set[tuple[str, str]]) -> None:
    """A `tool_choice` that names a tool, or those that are allowed. What OpenAI says of a wrong list is not verified."""
    check_shape(choice, CHOICE, "tool_choice")
    allowed = choice["type"] == "allowed_tools"
    if allowed:
        check_shape(choice, ALLOWED, "tool_choice")
    for i, tool in enumerate(choice["allowed_tools"]["tools"] if allowed else [choice]):
        kind = tool["type"]
        if kind not in tool:
            raise missing(f"tool_choice.allowed_tools.tools[{i}].{kind}" if allowed else f"tool_choice.{kind}")
        name = tool[kind]["name"]
        if (kind, name) in offered:
            continue
        if kind == "function":
            message = f"no function named '{name}' was specified in the 'functions' parameter."
            raise refusal(f"Invalid value for 'function_call': {message}", "function_call")
        message = f"no custom tool named '{name}' was specified in the 'tools' parameter."
        raise refusal(f"Invalid value for 'tool_choice': {message}", "tool_choice")


def check_schema(function: dict[str, Any], param: str) -> None:
    """Raise the ApiError for the JSON Schema of a function's parameters, read as deep as the model does: its properties."""
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
            fault = malformed(schema) or strict_fault(schema)
    if fault:
        message = f"Invalid schema for function '{function['name']}': {fault}"
        raise refusal(message, param, "invalid_function_parameters")
