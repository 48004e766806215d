"""Prompted forms: the form of a JSON object that a prompt shows as an example, or whose keys it names."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from mock_model.api.schemas import DEEPEST, Schema
from mock_model.transcript import text_of

LISTING = re.compile(r",\s*(?:and\s+)?|\s+and\s+", re.I)
KEY = re.compile(r"[\"'`“](\w+)[\"'`”]\s*:")
NAMED_KEYS = re.compile(
    r"\b(?:keys?|fields?|propert(?:y|ies))\b[^.\n]*?(?P<quoted>(?:[\"'`“]\w+[\"'`”][, and]*)+)"
    r"|\b(?:with|using|has|have|for) (?:the |only |these )*(?:keys?|fields?|propert(?:y|ies)):? (?P<bare>\w[\w ,]*)",
    re.I,
)


def shown_form(messages: Sequence[dict]) -> Schema | None:
    """The form that the last user message or the instructions show as an object, or whose keys they name."""
    asking = [m for m in messages if m["role"] in ("system", "developer")]
    asking += [messages[-1]] if messages[-1]["role"] == "user" else []
    for message in reversed(asking):
        text = text_of(message)
        if not re.search("json", text, re.I):
            continue
        for opening in re.finditer(r"\{", text[:20_000]):
            try:
                shown, _ = json.JSONDecoder().raw_decode(text, opening.start())
            except (ValueError, RecursionError):
                shown = dict.fromkeys(KEY.findall(text[opening.start() :].partition("}")[0]), "")
            if shown:
                return _schema_of(shown)
        if named := NAMED_KEYS.search(text):
            keys = (
                re.findall(r"[\"'`“](\w+)", named["quoted"])
                if named["quoted"]
                else ["_".join(key.split()) for key in LISTING.split(named["bare"])]
            )
            return _schema_of(dict.fromkeys(keys, ""))
    return None


def _schema_of(shown: Any, depth: int = 1) -> Schema:
    """The schema of an example: its keys, and the types of its values; null may stand for each, and for what is deeper."""
    if isinstance(shown, dict) and depth < DEEPEST:
        known = {key: _schema_of(value, depth + 1) for key, value in shown.items()}
        return {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}
    if isinstance(shown, list) and depth < DEEPEST:
        return {"type": "array", "items": _schema_of(shown[0], depth + 1) if shown else {"type": "string"}}
    kind = "boolean" if isinstance(shown, bool) else "number" if isinstance(shown, (int, float)) else "string"
    return {"type": [kind, "null"]}
