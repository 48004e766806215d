"""Formats: what `response_format` may be, and what OpenAI refuses of it.

After OpenAI's guide (https://developers.openai.com/api/docs/guides/structured-outputs); the wordings are those of the
live API, as its users report them, but for the ones marked as not verified.
"""

from __future__ import annotations

from typing import Any

from mock_model.api.bodies import ApiError
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
    fault = malformed(schema)
    if fault is None and schema.get("type") != "object":
        fault = f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    fault = fault or (strict_fault(schema) if strict else None) or unfillable(schema)
    if fault:
        raise _refused(name, fault)


def _refused(name: str, fault: str) -> ApiError:
    return refusal(f"Invalid schema for response_format '{name}': {fault}", "response_format")
