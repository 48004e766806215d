"""Prompted forms: the form of a JSON object that a prompt shows as an example, or whose keys it names."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from mock_model.api.schemas import DEEPEST, Schema
from mock_model.sentences.lists import phrases
from mock_model.sentences.transcript import text_of

LISTING = re.compile(r",\s*(?:and\s+)?|\s+and\s+", re.I)
KEY = re.compile(r"[\"'`“](\w+)[\"'`”]\s*:")


def shown_form(messages: Sequence[dict]) -> Schema | None:
    """The form that the last user message or the instructions show as an object, or whose keys they name."""
    asking = [text_of(m)[:20_000] for m in messages if m["role"] in ("system", "developer") or m is messages[-1]]
    for text in (text for text in reversed(asking) if "json" in text.lower()):
        for start in (at.start() for at in re.finditer(r"\{", text)):
            try:
                shown = json.JSONDecoder().raw_decode(text, start)[0]
            except (ValueError, RecursionError):  # {"dog": <name>}
                shown = dict.fromkeys(KEY.findall(text[start : start + 2_000].partition("}")[0]), "")
            if shown:
                return _schema_of(shown)
        if named := phrases("keys", "filling.txt").search(text):
            keys = LISTING.split(named["bare"]) if named["bare"] else re.findall(r"[\"'`“](\w+)", named["quoted"])
            return _schema_of({"_".join(key.split()): "" for key in keys})
    return None


def _schema_of(shown: Any, depth: int = 1) -> Schema:
    """The schema of an example, by the types of its values; null may stand for each, and for what is deeper."""
    if isinstance(shown, dict) and depth < DEEPEST:
        known = {key: _schema_of(value, depth + 1) for key, value in shown.items()}
        return {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}
    if isinstance(shown, list) and depth < DEEPEST:
        return {"type": "array", "items": _schema_of(shown[0], depth + 1) if shown else {"type": "string"}}
    kind = "boolean" if isinstance(shown, bool) else "number" if isinstance(shown, (int, float)) else "string"
    return {"type": [kind, "null"]}
