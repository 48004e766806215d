"""Schemas: what a JSON Schema says, and whether a value fits it.

As much of JSON Schema (https://json-schema.org/draft/2020-12) as structured outputs are made of. `UNFILLABLE` names what
is left out; whoever wants to fill a schema with that in it is told so.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from ipaddress import IPv4Address, IPv6Address
from typing import Any

DEEPEST = 24  # levels of objects and arrays inside one another
UNFILLABLE = frozenset(
    """if then else patternProperties propertyNames dependentRequired dependentSchemas contains
    uniqueItems prefixItems minProperties maxProperties unevaluatedProperties unevaluatedItems additionalItems
    $dynamicRef $recursiveRef""".split()
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
FORMATS = {  # what a text of each looks like, and one that says nothing
    "date-time": (r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", "1970-01-01T00:00:00Z"),
    "time": (r"\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", "00:00:00Z"),
    "date": (r"\d{4}-\d\d-\d\d", "1970-01-01"),
    "duration": (r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?", "PT0S"),
    "email": (r"[\w+-]+(?:\.[\w+-]+)*@[\w-]+(?:\.[\w-]+)+", "nobody@example.org"),
    "hostname": (rf"{_LABEL}(?:\.{_LABEL})*", "example.org"),
    "ipv4": (r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", "0.0.0.0"),
    "ipv6": (r"[0-9a-fA-F:]*:[0-9a-fA-F:.]*", "::"),
    "uri": (r"[A-Za-z][\w+.-]*://[^\s<>\"]+", "https://example.org/"),
    "uuid": (r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "00000000-0000-0000-0000-000000000000"),
}
STRICT_FORMATS = frozenset(FORMATS) - {"uri"}  # those of OpenAI's guide, which a strict schema may have
MOST = 10_000  # items of a list and characters of a text that a schema may want at least
Schema = dict[str, Any]


class Unfillable(ValueError):
    """No value fits a schema, or none that the offline model could find."""


def resolved(schema: Any, root: Schema) -> Schema:
    """A schema without its `$ref`: what it refers to, with the keywords beside it. True is {}, False fits nothing.

    Raises Unfillable for a reference to nothing, or to itself.
    """
    for _ in range(DEEPEST):
        if not isinstance(schema, dict):
            return {} if schema is True else {"enum": []}
        if "$ref" not in schema:
            return schema
        found = _at(schema["$ref"], root)
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**found, **beside} if beside and isinstance(found, dict) else found
    raise Unfillable(f"reference to component '{schema.get('$ref')}' leads back to itself.")


def _at(reference: Any, root: Schema) -> Any:
    """What a reference such as "#/$defs/Step" points to."""
    found: Any = root
    parts = reference.split("/") if isinstance(reference, str) else [""]
    for part in parts[1:]:
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    if parts[0] != "#" or found is None:
        raise Unfillable(f"reference to component '{reference}' which was not found in the schema.")
    return found


def types(schema: Schema) -> list[str]:
    """The types that a schema allows, of those that are named; without any, those that its keywords speak of."""
    named = schema.get("type")
    if isinstance(named, list):
        return named
    if isinstance(named, str):
        return [named]
    implied = {"properties": "object", "items": "array", "minimum": "number", "maximum": "number"}
    return [kind for key, kind in implied.items() if key in schema][:1]


_CHOICES = ("anyOf", "oneOf")


def branches(schema: Schema, root: Schema) -> Iterator[Schema]:
    """The schemas of which one must fit: those of `anyOf` and `oneOf` with what stands beside them, and one for each type."""
    schema = _together(schema, root)
    key = next((key for key in _CHOICES if isinstance(schema.get(key), list)), None)
    beside = {name: value for name, value in schema.items() if name != key}
    for option in schema[key] if key else [{}]:
        merged = {**beside, **_together(resolved(option, root), root)}
        if not merged.keys().isdisjoint(_CHOICES):
            yield from branches(merged, root)
        elif isinstance(merged.get("type"), list):
            yield from ({**merged, "type": kind} for kind in merged["type"])
        else:
            yield merged


def _together(schema: Schema, root: Schema, depth: int = 0) -> Schema:
    """A schema with what its `allOf` adds: the properties and needs of all of them; of other keywords the last."""
    parts = schema.get("allOf")
    if not isinstance(parts, list) or depth > DEEPEST:
        return schema
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for part in (_together(resolved(part, root), root, depth + 1) for part in parts):
        known = {**(whole.get("properties") or {}), **(part.get("properties") or {})}
        needed = [*(whole.get("required") or ()), *(part.get("required") or ())]
        whole |= part | ({"properties": known} if known else {}) | ({"required": needed} if needed else {})
    return whole


# ---- does it fit? ----

_IS = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def fits(value: Any, schema: Any, root: Schema) -> bool:
    """Whether a value fits a schema."""
    schema = resolved(schema, root)
    kinds = schema.get("type")
    if kinds is not None and not any(kind in _IS and _IS[kind](value) for kind in types(schema)):
        return False
    if "enum" in schema and not any(_same(value, item) for item in schema["enum"]):
        return False
    if "const" in schema and not _same(value, schema["const"]):
        return False
    if "anyOf" in schema and not any(fits(value, option, root) for option in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(fits(value, option, root) for option in schema["oneOf"]) != 1:
        return False
    if not all(fits(value, part, root) for part in schema.get("allOf", ())) or (
        "not" in schema and fits(value, schema["not"], root)
    ):
        return False
    if isinstance(value, dict):
        return _object_fits(value, schema, root)
    if isinstance(value, list):
        within = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf)
        return within and all(fits(item, schema.get("items", True), root) for item in value)
    if isinstance(value, str):
        return _string_fits(value, schema)
    return _number_fits(value, schema) if _IS["number"](value) else True


def _same(one: Any, two: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def _object_fits(value: dict[str, Any], schema: Schema, root: Schema) -> bool:
    known, others = schema.get("properties") or {}, schema.get("additionalProperties", True)
    return all(key in value for key in schema.get("required") or ()) and all(
        fits(inner, known.get(key, others), root) for key, inner in value.items()
    )


def _string_fits(value: str, schema: Schema) -> bool:
    form = schema.get("format", "")
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf):
        return False
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    return form not in FORMATS or (bool(re.fullmatch(FORMATS[form][0], value, re.A)) and _exists(form, value))


_READ: dict[str, Callable[[str], Any]] = {  # each raises ValueError for what there is not: 30 February, 25 o'clock
    "date": date.fromisoformat,
    "time": lambda text: time.fromisoformat(text.upper()),
    "date-time": lambda text: datetime.fromisoformat(text.upper()),
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
}


def _exists(form: str, value: str) -> bool:
    try:
        _READ.get(form, str)(value)
    except ValueError:
        return False
    return True


def _number_fits(value: float, schema: Schema) -> bool:
    step = schema.get("multipleOf")
    return (
        schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf)
        and schema.get("exclusiveMinimum", -math.inf) < value < schema.get("exclusiveMaximum", math.inf)
        and (not step or math.isclose(value / step, round(value / step), abs_tol=1e-12))
    )
