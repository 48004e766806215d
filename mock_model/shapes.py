"""The shape of a request: which parameters there are and what each may hold, and OpenAI's words for what does not fit.

The tables below say it; `check_shape` reads them. The wordings are those of the live API, as its users report them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

from mock_model.responses import ApiError

NAME_PATTERN = "^[a-zA-Z0-9_-]+$"
LONGEST = 10_485_760  # characters of a text


class Shape(NamedTuple):
    """What a value may be: its kind, and for each kind its limits."""

    kind: str
    required: bool = False
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()  # of a string: the only ones
    is_name: bool = False  # of a string: at most 64 letters, digits, underscores and hyphens
    keys: dict[str, Shape] | None = None  # of an object: those it may have
    items: Shape | None = None  # of an array: each of them
    most: int | None = None  # of an array: how many


_TYPES: dict[str, tuple[type, ...]] = {
    "an integer": (int,),
    "a decimal": (int, float),
    "a string": (str,),
    "a boolean": (bool,),
    "an object": (dict,),
    "a metadata object": (dict,),
    "an array of objects": (list,),
    "an array of strings": (list,),
    "one of a string or array of strings": (str, list),
    "one of a string or array of objects": (str, list),
    "one of one of 'none', 'auto', or 'required' or object": (str, dict),
    "anything": (object,),
}
_PART_TYPES = ("text", "image_url", "input_audio", "refusal", "audio", "file")
_ROLES = ("system", "assistant", "user", "function", "tool", "developer")

_ANYTHING = Shape("anything")
_STRING = Shape("a string", required=True)
_TOOL_TYPE = Shape("a string", required=True, values=("function", "custom"))
_TEXT = Shape("a string", nullable=True)
_NAME = Shape("a string", required=True, is_name=True)
_DECIMAL = Shape("a decimal", nullable=True, low=-2, high=2)
_LIMIT = Shape("an integer", nullable=True, low=1)
_SWITCH = Shape("a boolean", nullable=True)

_PART = Shape(
    "an object",
    keys={
        "type": Shape("a string", required=True, values=_PART_TYPES),
        **dict.fromkeys((*_PART_TYPES, "prompt_cache_breakpoint"), _ANYTHING),
        **dict.fromkeys(("text", "refusal"), _TEXT),
    },
)
_CALLED = Shape("an object", required=True, keys={"name": _NAME, "arguments": _STRING})
_CALL = Shape("an object", keys={"id": _STRING, "type": _TOOL_TYPE, "function": _CALLED})
_MESSAGE = Shape(
    "an object",
    keys={
        "role": Shape("a string", required=True, values=_ROLES),
        "content": Shape("one of a string or array of objects", nullable=True, items=_PART),
        "name": Shape("a string", nullable=True, is_name=True),
        "tool_calls": Shape("an array of objects", nullable=True, items=_CALL),
        "tool_call_id": _TEXT,
        "refusal": _TEXT,
        "reasoning_content": _TEXT,
        **dict.fromkeys(("function_call", "audio", "annotations"), _ANYTHING),
    },
)
_PARAMETERS = Shape("an object", nullable=True)
_FUNCTION = {"name": _NAME, "description": _TEXT, "parameters": _PARAMETERS, "strict": _SWITCH}
_TOOL_KEYS = {"type": _TOOL_TYPE, "function": Shape("an object", keys=_FUNCTION), "custom": _ANYTHING}
_FORM = Shape(
    "an object",
    keys={
        "name": _NAME,
        "description": _TEXT,
        "schema": Shape("an object", required=True),
        "strict": _SWITCH,
    },
)
_FORMAT_KEYS = {
    "type": Shape("a string", required=True, values=("json_object", "json_schema", "text")),
    "json_schema": _FORM,
}
_FIELDS = {  # in the order in which OpenAI reports them
    "messages": Shape("an array of objects", required=True, items=_MESSAGE),
    "tools": Shape("an array of objects", items=Shape("an object", keys=_TOOL_KEYS)),
    "tool_choice": Shape("one of one of 'none', 'auto', or 'required' or object", values=("none", "auto", "required")),
    "parallel_tool_calls": Shape("a boolean"),
    "max_completion_tokens": _LIMIT,
    "n": _LIMIT,
    "max_tokens": _LIMIT,
    "stop": Shape("one of a string or array of strings", nullable=True, items=Shape("a string"), most=4),
    "temperature": Shape("a decimal", nullable=True, low=0, high=2),
    "top_p": Shape("a decimal", nullable=True, low=0, high=1),
    "presence_penalty": _DECIMAL,
    "frequency_penalty": _DECIMAL,
    "logprobs": _SWITCH,
    "top_logprobs": Shape("an integer", nullable=True, low=0, high=20),
    "user": Shape("a string"),
    "seed": Shape("an integer", nullable=True, low=-(2**63), high=2**63 - 1),
    "prompt_cache_options": Shape(
        "an object",
        keys={"mode": Shape("a string", values=("implicit", "explicit")), "ttl": Shape("a string", values=("30m",))},
    ),
    "prompt_cache_key": _TEXT,
    "prompt_cache_retention": Shape("a string", nullable=True, values=("in_memory", "24h")),
    "safety_identifier": _TEXT,
    "logit_bias": Shape("an object", nullable=True),
    "modalities": Shape("an array of strings", nullable=True),
    "service_tier": Shape("a string", nullable=True, values=("auto", "default", "fast", "flex", "priority")),
    "stream": _SWITCH,
    "stream_options": Shape(
        "an object", nullable=True, keys={"include_usage": _SWITCH, "include_obfuscation": _SWITCH}
    ),
    "store": _SWITCH,
    "metadata": Shape("a metadata object", nullable=True),
    "verbosity": Shape("a string", nullable=True, values=("low", "medium", "high")),
    "response_format": Shape("an object", keys=_FORMAT_KEYS),
}
_OTHERS = {name: _ANYTHING for name in CompletionCreateParamsStreaming.__annotations__ if name not in _FIELDS}
REQUEST = Shape("an object", keys=_FIELDS | _OTHERS)
_NAMED = Shape(
    "an object",
    keys={
        "type": Shape("a string", required=True, values=("function",)),
        "function": Shape("an object", required=True, keys={"name": _NAME}),
    },
)
_LIST_OF_NAMED = Shape(
    "an object",
    required=True,
    keys={
        "mode": Shape("a string", required=True, values=("auto", "required")),
        "tools": Shape("an array of objects", required=True, items=_NAMED),
    },
)
ALLOWED = Shape("an object", keys={"type": Shape("a string", required=True), "allowed_tools": _LIST_OF_NAMED})
_ORDINARY_ROLES = ("user", "assistant", "system", "developer")


def refusal(message: str, param: str | None, code: str | None = None) -> ApiError:
    """A request OpenAI does not accept: status 400, type `invalid_request_error`."""
    return ApiError(400, message, param=param, code=code)


def quoted(values: Iterable[str]) -> str:
    """OpenAI's way to list values: 'low', 'medium', and 'high'."""
    *most, last = [f"'{value}'" for value in values]
    return f"{', '.join(most)}{',' if len(most) > 1 else ''} and {last}" if most else last


def kind_of(value: Any) -> str:
    """OpenAI's words for what it got instead."""
    kinds = {bool: "a boolean", int: "an integer", float: "a decimal number", str: "a string", list: "an array"}
    return "null" if value is None else kinds.get(type(value), "an object")


def check_shape(value: Any, shape: Shape, path: str = "") -> None:
    """Raise the ApiError for the first thing that does not fit, `path` naming it as in "messages[2].content"."""
    if (value is None and shape.nullable) or shape.kind == "anything":
        return
    if not isinstance(value, _TYPES[shape.kind]) or (isinstance(value, bool) and shape.kind != "a boolean"):
        message = f"Invalid type for '{path}': expected {shape.kind}, but got {kind_of(value)} instead."
        raise refusal(message, path, "invalid_type")
    if isinstance(value, str):
        _check_string(value, shape, path)
    elif isinstance(value, dict):
        _check_object(value, shape, path)
    elif isinstance(value, list):
        _check_array(value, shape, path)
    elif shape.low is not None and value < shape.low:
        raise _out_of_range(value, shape, path, f"below minimum value. Expected a value >= {shape.low}", "below_min")
    elif shape.high is not None and value > shape.high:
        raise _out_of_range(value, shape, path, f"above maximum value. Expected a value <= {shape.high}", "above_max")


def _out_of_range(value: float, shape: Shape, path: str, words: str, code: str) -> ApiError:
    kind = shape.kind.split()[-1]
    return refusal(f"Invalid '{path}': {kind} {words}, but got {value} instead.", path, f"{kind}_{code}_value")


def _check_string(value: str, shape: Shape, path: str) -> None:
    if shape.values and value not in shape.values:
        raise refusal(f"Invalid value: '{value}'. Supported values are: {quoted(shape.values)}.", path, "invalid_value")
    if not shape.is_name:
        check_length(value, LONGEST, path)
        return
    if not value:
        tail = "Expected a string with minimum length 1, but got an empty string instead."
        raise refusal(f"Invalid '{path}': empty string. {tail}", path, "empty_string")
    check_length(value, 64, path)
    if not re.fullmatch(NAME_PATTERN, value):
        tail = f"string does not match pattern. Expected a string that matches the pattern '{NAME_PATTERN}'."
        raise refusal(f"Invalid '{path}': {tail}", path, "invalid_value")


def check_length(value: str, most: int, path: str) -> None:
    """Raise the ApiError for a text of more than so many characters."""
    if len(value) > most:
        tail = f"Expected a string with maximum length {most}, but got a string with length {len(value)} instead."
        raise refusal(f"Invalid '{path}': string too long. {tail}", path, "string_above_max_length")


def _check_object(value: dict[str, Any], shape: Shape, path: str) -> None:
    start = f"{path}." if path else ""
    keys = value if shape.keys is None else shape.keys
    for key in value:
        if key not in keys:
            raise refusal(f"Unknown parameter: '{start}{key}'.", f"{start}{key}", "unknown_parameter")
    for key, inner in (shape.keys or {}).items():
        if key in value:
            check_shape(value[key], inner, start + key)
        elif inner.required:
            raise refusal(f"Missing required parameter: '{start}{key}'.", start + key, "missing_required_parameter")


def _check_array(value: list[Any], shape: Shape, path: str) -> None:
    if shape.items is None:
        return
    if not value:
        tail = "empty array. Expected an array with minimum length 1, but got an empty array instead."
        raise refusal(f"Invalid '{path}': {tail}", path, "empty_array")
    if shape.most is not None and len(value) > shape.most:
        tail = f"Expected an array with maximum length {shape.most}, but got an array with length {len(value)} instead."
        raise refusal(f"Invalid '{path}': array too long. {tail}", path, "array_above_max_length")
    for i, inner in enumerate(value):
        if shape.items is not _MESSAGE or not _is_ordinary(inner):
            check_shape(inner, shape.items, f"{path}[{i}]")


def _is_ordinary(message: Any) -> bool:
    """A message of a role and a text, as nearly all are: let through without reading the table."""
    return (
        type(message) is dict
        and len(message) == 2
        and type(content := message.get("content")) is str
        and len(content) <= LONGEST
        and message.get("role") in _ORDINARY_ROLES
    )
