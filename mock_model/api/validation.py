"""What OpenAI refuses, refused with OpenAI's status, type, param, code and wording.

`request` says what a request may look like, `parameters`, `formats` and `tools` which values a model takes, `turns` and
`reasoning` which messages belong together; this module asks them in OpenAI's order. Where OpenAI has something that the
offline model has not (images, audio, grammars in Lark), the message says so.
"""

from __future__ import annotations

from typing import Any

from mock_model.api.bodies import ApiError
from mock_model.api.catalogue import EMBEDDING_MODELS, Model
from mock_model.api.families import chat_model
from mock_model.api.formats import check_format
from mock_model.api.parameters import check_parameters
from mock_model.api.prefixes import MARK
from mock_model.api.reasoning import without_ignored
from mock_model.api.request import REQUEST
from mock_model.api.shapes import LONGEST, check_length, check_shape, kind_of, missing, quoted, refusal
from mock_model.api.tools import check_tools
from mock_model.api.turns import check_tool_turns


def validate(body: Any, *, any_model: bool = False) -> tuple[Model, dict[str, Any]]:
    """Check a request to `chat.completions.create`. With `any_model` a model may be of a family that is known.

    Returns the model, and the body without its nulls, with the `reasoning_effort` in force, and without the reasoning that
    the model ignores. Raises
    ApiError with what OpenAI answers, for the first fault in OpenAI's order.
    """
    model = _model_of(body, any_model)
    check_shape(body, REQUEST)
    body = {name: value for name, value in body.items() if value is not None}
    body["reasoning_effort"] = _effort(model, body)
    check_parameters(model, body)
    if "tools" in body:
        check_tools(model, body)
    if "response_format" in body:
        check_format(model, body)
    for i, message in enumerate(body["messages"]):
        _check_content(model, message, i)
    check_tool_turns(body["messages"])
    if model.wants_reasoning_back:
        body["messages"] = without_ignored(body["messages"], body["reasoning_effort"])
    return model, body


def _model_of(body: Any, any_model: bool) -> Model:
    if not isinstance(body, dict):
        raise refusal(f"Invalid type: expected an object, but got {kind_of(body)} instead.", None, "invalid_type")
    name = body.get("model")
    if not name:
        raise refusal("you must provide a model parameter", None)
    if "messages" not in body:
        raise missing("messages")
    if isinstance(name, str) and name in EMBEDDING_MODELS:
        raise ApiError(403, "You are not allowed to sample from this model")
    model = chat_model(name, any_model)
    if model is None:
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise ApiError(404, message, code="model_not_found")
    return model


def _effort(model: Model, body: dict[str, Any]) -> str:
    """The effort a request asks for, or the model's own."""
    if "reasoning_effort" not in body:
        return model.default_effort
    effort = body["reasoning_effort"]
    if not model.efforts:
        raise refusal("Unrecognized request argument supplied: reasoning_effort", None)
    if effort not in model.efforts:
        message = (
            f"Unsupported value: 'reasoning_effort' does not support {effort!r} with this model. "
            f"Supported values are: {quoted(model.efforts)}."
        )
        raise refusal(message, "reasoning_effort", "unsupported_value")
    return effort


def _check_content(model: Model, message: dict[str, Any], i: int) -> None:
    """A message has a content, of text; only an assistant message may have calls (or a refusal) in its place."""
    content = message.get("content")
    if message["role"] == "function":
        text = f"Unsupported value: 'messages[{i}].role' does not support 'function' with this model."
        raise refusal(text, f"messages[{i}].role", "unsupported_value")
    if isinstance(content, str):
        return
    if content is None:
        if message["role"] != "assistant" or not (message.get("tool_calls") or message.get("refusal")):
            raise refusal("Invalid value for 'content': expected a string, got null.", f"messages.[{i}].content")
        return
    for j, part in enumerate(content):
        path, kind = f"messages[{i}].content[{j}]", part["type"]
        if kind not in ("text", "refusal"):
            text = (
                f"Invalid content type. {kind} is only supported by certain models: the offline model reads text only."
            )
            raise refusal(text, f"{path}.type", "invalid_value")
        if not isinstance(part.get(kind), str):
            raise missing(f"{path}.{kind}")
        check_length(part[kind], LONGEST, f"{path}.{kind}")
        if part.get(MARK) and model.cache != "breakpoints":  # its wording is not verified
            text = f"Unsupported parameter: '{path}.{MARK}' is not supported with this model."
            raise refusal(text, f"{path}.{MARK}", "unsupported_parameter")
