"""Notes in the form that a program asked for: the offline model makes the form, and the facts are put into it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def with_facts(reply: str, facts: Sequence[str]) -> str:
    """A reply in JSON whose list holds these facts; as it is, where it has no list of texts, or of objects with a text."""
    try:
        form = json.loads(reply)
    except ValueError:
        return reply
    if isinstance(form, list):
        return json.dumps(filled(form, facts), ensure_ascii=False)
    if isinstance(form, dict):
        place = next((name for name, value in form.items() if isinstance(value, list)), None)
        if place is not None:
            return json.dumps(form | {place: filled(form[place], facts)}, ensure_ascii=False)
    return reply


def filled(items: list[Any], facts: Sequence[str]) -> list[Any]:
    """The facts, each as the first of these items is: a text, or an object whose longest text it becomes."""
    first = items[0] if items else ""
    if isinstance(first, str):
        return list(facts)
    if not isinstance(first, dict):
        return items
    texts = {name: value for name, value in first.items() if isinstance(value, str)}
    if not texts:
        return items
    longest = max(texts, key=lambda name: len(texts[name]))
    return [first | {longest: fact} for fact in facts]
