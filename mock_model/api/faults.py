"""The faults of a schema: that it is none, that it breaks the strict rules, that it asks for more than can be promised.

The strict rules are those of OpenAI's guide (https://developers.openai.com/api/docs/guides/structured-outputs). Any schema
that asks for something that the offline model cannot promise is refused and never half obeyed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from mock_model.api.emptiest import emptiest
from mock_model.api.schemas import (
    DEEPEST,
    FORMATS,
    MOST,
    STRICT_FORMATS,
    UNFILLABLE,
    Unfillable,
    branches,
    resolved,
    types,
)

NOT_STRICT = frozenset(  # keywords that a strict schema must not have
    "allOf oneOf not if then else dependentRequired dependentSchemas patternProperties propertyNames unevaluatedProperties"
    " unevaluatedItems minProperties maxProperties contains minContains maxContains uniqueItems prefixItems default"
    "".split()
)
_INNER = ("items", "additionalProperties", "not")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS = ("properties", "$defs", "definitions", "patternProperties")
_VALUED = ("type", "$ref", "anyOf", "enum", "const", *NOT_STRICT)  # by one of these a schema says what it takes
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_SIZES = ("minItems", "maxItems", "minLength", "maxLength")
_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
_FORMS = 1_000  # of which one must fit
Path = tuple[str, ...]


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


def malformed(root: dict[str, Any]) -> str | None:
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
    if schema.get("format", "date") not in STRICT_FORMATS:
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


def unfillable(root: dict[str, Any]) -> str | None:
    """What the offline model cannot promise of a schema, in words of our own; OpenAI may take it."""
    for path, schema in _schemas(root):
        keyword = next((key for key in schema if key in UNFILLABLE), None) if isinstance(schema, dict) else None
        if keyword:
            return f"{_in(path)} the offline model cannot promise '{keyword}', so it refuses it. Leave it out offline."
        if isinstance(schema, dict) and (fault := _unpromised(schema)):
            return f"{_in(path)} the offline model {fault}."
    try:
        for path, schema in _schemas(root):
            if len([*islice(branches(resolved(schema, root), root), _FORMS + 1)]) > _FORMS:
                return f"{_in(path)} the offline model chooses among at most {_FORMS} forms."
        emptiest(root, root)
    except Unfillable as error:
        return str(error)
    except RecursionError:
        return "it refers to itself without an end."
    return None
