"""The emptiest value that fits a schema: what a form holds before anything is known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from mock_model.api.patterns import examples
from mock_model.api.schemas import DEEPEST, FORMATS, MOST, Schema, Unfillable, branches, fits, resolved, types


def emptiest(schema: Any, root: Schema, depth: int = 0, left: Iterator[int] | None = None) -> Any:
    """The value that says least and fits: null where it may be, else the shortest text, 0, false, the empty list …

    Raises Unfillable where there is none, or none of at most MOST values.
    """
    if depth > DEEPEST:
        raise Unfillable("it refers to itself without an end.")
    left = left or iter(range(MOST + 1))
    if next(left, None) is None:
        raise Unfillable(f"whatever fits it holds more than {MOST} values, which the offline model does not write.")
    whole = resolved(schema, root)
    options = list(branches(whole, root))
    for option in sorted(options, key=lambda one: not fits(None, one, root)):
        for value in _candidates(option, root, depth, left):
            if fits(value, whole, root):
                return value
    raise Unfillable("no value fits it.")


def _candidates(schema: Schema, root: Schema, depth: int, left: Iterator[int]) -> Iterator[Any]:
    if "const" in schema:
        yield schema["const"]
    if "enum" in schema:
        yield from sorted(schema["enum"], key=lambda item: item is not None)
        return
    kind = (types(schema) or ["null"])[0]
    if kind == "object":
        yield _emptiest_object(schema, root, depth, left)
    elif kind == "array":
        least = schema.get("minItems", 0)
        yield [emptiest(schema.get("items", True), root, depth + 1, left)] * least if least else []
    elif kind == "string":
        form = FORMATS.get(schema.get("format", ""))
        yield form[1] if form else "." * schema.get("minLength", 0)
        yield from examples(schema["pattern"], schema.get("minLength", 0)) if "pattern" in schema else ()
        yield from (".", "none") if "not" in schema else ()
    elif kind in ("integer", "number"):
        yield from _numbers(schema, kind)
    else:
        yield from (None, False)


def _emptiest_object(schema: Schema, root: Schema, depth: int, left: Iterator[int]) -> dict[str, Any]:
    known, others = schema.get("properties") or {}, schema.get("additionalProperties", True)
    needed = schema.get("required") or ()
    return {
        key: emptiest(known.get(key, others), root, depth + 1, left)
        for key in (*(key for key in known if key in needed), *(key for key in needed if key not in known))
    }


def _numbers(schema: Schema, kind: str) -> Iterator[float]:
    """Numbers near the limits, 0 first."""
    ends = [schema[key] for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") if key in schema]
    step = schema.get("multipleOf") or 1
    near = [0, *ends, *(end + sign * step for end in ends for sign in (1, -1))]
    near += [math.ceil(end / step) * step for end in ends] + [math.floor(end / step) * step for end in ends]
    lows = [schema[key] for key in ("minimum", "exclusiveMinimum") if key in schema]
    highs = [schema[key] for key in ("maximum", "exclusiveMaximum") if key in schema]
    near += [(max(lows) + min(highs)) / 2] if lows and highs else []
    for value in near:
        if kind == "integer" or value == int(value):
            yield from dict.fromkeys((math.floor(value), math.ceil(value)))
        else:
            yield round(value, 12) if step != 1 else value
