"""Formats: what `response_format` may be, and what OpenAI refuses of it.

After OpenAI's guide (https://developers.openai.com/api/docs/guides/structured-outputs); the wordings are those of the
live API, as its users report them, but for the ones marked as not verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_model.api.catalogue import Model
from mock_model.api.faults import malformed, strict_fault, unfillable
from mock_model.api.shapes import refusal


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
    if kind == "json_object" and not says_json(body["messages"]):
        text = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise refusal(text, "messages")
    if kind == "json_schema":
        if "json_schema" not in asked:
            path = "response_format.json_schema"
            raise refusal(f"Missing required parameter: '{path}'.", path, "missing_required_parameter")
        form = asked["json_schema"]
        fault = fault_of(form["schema"], bool(form.get("strict")))
        if fault:
            message = f"Invalid schema for response_format '{form['name']}': {fault}"
            raise refusal(message, "response_format")


def says_json(messages: Sequence[dict[str, Any]]) -> bool:
    """Whether a message asks for JSON by name: without that, a model can write blanks without an end."""
    return any("json" in _text(message).lower() for message in messages)


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(str(part.get("text") or "") for part in content)


def fault_of(schema: dict[str, Any], strict: bool) -> str | None:
    """What is wrong with a schema, in OpenAI's words: that it is none, breaks the strict rules, or cannot be promised here."""
    fault = malformed(schema)
    if fault is None and schema.get("type") != "object":
        fault = f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    return fault or (strict_fault(schema) if strict else None) or unfillable(schema)
