"""Formats: what `response_format` may be, and what OpenAI refuses of it.

After OpenAI's guide (https://developers.openai.com/api/docs/guides/structured-outputs); the wordings are those of the
live API, as its users report them, but for the ones marked as not verified. A strict schema must follow the guide's rules.
Any schema that asks for something that the offline model cannot promise is refused and never half obeyed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from mock_model.catalogue import Model
from mock_model.responses import ApiError
from mock_model.schemas import DEEPEST, FORMATS, MOST, UNFILLABLE, Unfillable, branches, emptiest, resolved, types
from mock_model.shapes import refusal

NOT_STRICT = frozenset(  # keywords that a strict schema must not have
    "allOf oneOf not if then else dependentRequired dependentSchemas patternProperties propertyNames unevaluatedProperties"
    " unevaluatedItems minProperties maxProperties contains minContains maxContains uniqueItems prefixItems default"
    "".split()
)
_INNER = ("items", "additionalProperties")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS = ("properties", "$defs", "definitions", "patternProperties")
_VALUED = ("type", "$ref", "anyOf", "enum", "const", *NOT_STRICT)  # by one of these a schema says what it takes
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_SIZES = ("minItems", "maxItems", "minLength", "maxLength")
_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
Path = tuple[str, ...]


def check_format(model: Model, body: dict[str, Any]) -> None:
    """Raise the ApiError for a `response_format` that this model does not take, or whose rules the request breaks."""
    asked = body["response_format"]
    kind = asked["type"]
    if kind == "text":
        return
    if kind not in model.formats:
        message = f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model."
        if kind == "json_schema":
            message += (
                " Learn more about supported models at the Structured Outputs guide: "
                "https://platform.openai.com/docs/guides/structured-outputs"
            )
        raise refusal(message, "response_format")
    if kind == "json_object" and not any("json" in _text(m).lower() for m in body["messages"]):
        text = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise refusal(text, "messages")
    if kind == "json_schema":
        if "json_schema" not in asked:
            path = "response_format.json_schema"
            raise refusal(f"Missing required parameter: '{path}'.", path, "missing_required_parameter")
        form = asked["json_schema"]
        _check_schema(form["name"], form["schema"], bool(form.get("strict")))


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(str(part.get("text") or "") for part in content)


def _check_schema(name: str, schema: dict[str, Any], strict: bool) -> None:
    fault = _malformed(schema)
    if fault is None and schema.get("type") != "object":
        fault = f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    fault = fault or (strict_fault(schema) if strict else None) or _unfillable(schema)
    if fault:
        raise _refused(name, fault)


def _refused(name: str, fault: str) -> ApiError:
    return refusal(f"Invalid schema for response_format '{name}': {fault}", "response_format")


def _schemas(schema: Any, path: Path = (), depth: int = 0) -> Iterator[tuple[Path, Any]]:
    """Every schema in a schema, with its place as OpenAI writes it: ('properties', 'steps', 'items')."""
    yield path, schema
    if not isinstance(schema, dict) or depth > 2 * DEEPEST:
        return
    for key, inner in schema.items():
        if key in _MAPS and isinstance(inner, dict):
            for name, one in inner.items():
                yield from _schemas(one, (*path, key, name), depth + 1)
        elif key in _LISTS and isinstance(inner, list):
            for place, one in enumerate(inner):
                yield from _schemas(one, (*path, key, str(place)), depth + 1)
        elif key in _INNER and isinstance(inner, dict):
            yield from _schemas(inner, (*path, key), depth + 1)


def _in(path: Path) -> str:
    return f"In context={path!r},"


def _malformed(root: dict[str, Any]) -> str | None:
    """What makes a schema no JSON Schema. The wording is OpenAI's for one that it cannot read; details are ours."""
    for path, schema in _schemas(root):
        if not isinstance(schema, (dict, bool)):
            return f"{json.dumps(schema)} is not of type 'object', 'boolean'."
        if isinstance(schema, bool):
            continue
        kinds = schema.get("type", [])
        bad = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind not in _TYPES]
        if bad:
            shown = json.dumps(bad[0]).replace('"', "'")
            return f"{shown} is not valid under any of the given schemas."
        wrong = [key for key, right in _well_formed(schema) if not right]
        if wrong:
            return f"{_in(path)} '{wrong[0]}' is not valid: {json.dumps(schema[wrong[0]])}."  # not verified
    return None


def _well_formed(schema: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """For each keyword whether its value is of the right kind."""
    for key, value in schema.items():
        if key in _MAPS:
            yield key, isinstance(value, dict)
        elif key in _LISTS:
            yield key, isinstance(value, list) and bool(value)
        elif key in ("required", "enum"):
            yield key, isinstance(value, list) and (key == "enum" or all(isinstance(one, str) for one in value))
        elif key in _NUMBERS:
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            yield key, number and (key != "multipleOf" or value > 0)
        elif key in _SIZES:
            yield key, isinstance(value, int) and not isinstance(value, bool) and value >= 0
        elif key in _INNER:
            yield key, isinstance(value, (dict, bool))
        elif key in ("$ref", "format", "pattern"):
            yield key, isinstance(value, str) and (key != "pattern" or _is_pattern(value))


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, OverflowError):
        return False
    return True


def strict_fault(root: dict[str, Any]) -> str | None:
    """The first of the rules for strict schemas that a schema breaks, in OpenAI's words; those of functions follow them too."""
    for path, schema in _schemas(root):
        if isinstance(schema, bool):
            return f"{_in(path)} schema must have a 'type' key."
        fault = _breaks(schema)
        if fault:
            return f"{_in(path)} {fault}"
    return None


def _breaks(schema: dict[str, Any]) -> str | None:
    if not any(key in schema for key in _VALUED):
        return "schema must have a 'type' key."
    banned = next((key for key in schema if key in NOT_STRICT), None)
    if banned:
        return f"'{banned}' is not permitted."
    if schema.get("format", "date") not in FORMATS:
        return f"'{schema['format']}' is not a valid format."
    kinds = schema.get("type", [])
    if "array" in kinds and "items" not in schema:
        return "array schema missing items."
    if "object" not in kinds:
        return None
    if schema.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    known, needed = schema.get("properties") or {}, schema.get("required") or []
    rule = "'required' is required to be supplied and to be an array including every key in properties."
    missing = next((key for key in known if key not in needed), None)
    extra = next((key for key in needed if key not in known), None)
    if missing is not None:
        return f"{rule} Missing '{missing}'."
    return f"{rule} Extra required key '{extra}' supplied." if extra is not None else None


def _unpromised(schema: dict[str, Any]) -> str | None:
    """What it cannot promise of a keyword's value."""
    if (form := schema.get("format", "date")) not in FORMATS:
        return f"cannot promise the format '{form}', so it refuses it. Leave it out offline"
    if size := next((key for key in ("minItems", "minLength") if schema.get(key, 0) > MOST), None):
        return f"writes no '{size}' of more than {MOST}"
    if "pattern" in schema and "string" in types(schema):
        alone = {"type": "string", **{key: schema[key] for key in (*_SIZES[2:], "pattern") if key in schema}}
        if not _is_fillable(alone):
            return f"finds no text for the pattern '{schema['pattern']}'"
    return None


def _is_fillable(schema: dict[str, Any]) -> bool:
    try:
        emptiest(schema, schema)
    except Unfillable:
        return False
    return True


def _unfillable(root: dict[str, Any]) -> str | None:
    """What the offline model cannot promise of a schema, in words of our own; OpenAI may take it."""
    for path, schema in _schemas(root):
        keyword = next((key for key in schema if key in UNFILLABLE), None) if isinstance(schema, dict) else None
        if keyword:
            return f"{_in(path)} the offline model cannot promise '{keyword}', so it refuses it. Leave it out offline."
        if isinstance(schema, dict) and (fault := _unpromised(schema)):
            return f"{_in(path)} the offline model {fault}."
    try:
        for _, schema in _schemas(root):
            list(branches(resolved(schema, root), root))
        emptiest(root, root)
    except Unfillable as error:
        return str(error)
    except RecursionError:
        return "it refers to itself without an end."
    return None
