"""Shapes: what a value of a request may be, and OpenAI's words for what does not fit.

The wordings are those of the live API, as its users report them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from mock_model.api.bodies import ApiError

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
    longest: int = LONGEST  # of a string: characters
    is_name: bool = False  # of a string: at most 64 letters, digits, underscores and hyphens
    keys: dict[str, Shape] | None = None  # of an object: those it may have
    items: Shape | None = None  # of an array: each of them
    most: int | None = None  # of an array: how many
    may_be_empty: bool = False  # of an array
    plainly: Callable[[Any], bool] | None = None  # of an item: whether it fits so plainly that nobody need look closer


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
    "one of a string or array of input items": (str, list),
    "one of a string or object": (str, dict),
    "one of one of 'none', 'auto', or 'required' or object": (str, dict),
    "anything": (object,),
}


def refusal(message: str, param: str | None, code: str | None = None) -> ApiError:
    """A request OpenAI does not accept: status 400, type `invalid_request_error`."""
    return ApiError(400, message, param=param, code=code)


def missing(path: str) -> ApiError:
    """A request that lacks what must be there."""
    return refusal(f"Missing required parameter: '{path}'.", path, "missing_required_parameter")


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
        check_length(value, shape.longest, path)
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
            raise missing(start + key)


def _check_array(value: list[Any], shape: Shape, path: str) -> None:
    if shape.items is None:
        return
    if not value and not shape.may_be_empty:
        tail = "empty array. Expected an array with minimum length 1, but got an empty array instead."
        raise refusal(f"Invalid '{path}': {tail}", path, "empty_array")
    if shape.most is not None and len(value) > shape.most:
        tail = f"Expected an array with maximum length {shape.most}, but got an array with length {len(value)} instead."
        raise refusal(f"Invalid '{path}': array too long. {tail}", path, "array_above_max_length")
    for i, inner in enumerate(value):
        if shape.items.plainly is None or not shape.items.plainly(inner):
            check_shape(inner, shape.items, f"{path}[{i}]")
