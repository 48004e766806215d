"""What OpenAI refuses of a request for a response, refused with its status, type, param, code and wording.

`fields` and `item_shapes` say what a request may look like, `parameters` and `tools` what a model takes, `belonging` which
items go together; this module asks them in OpenAI's order: the model, unknown parameters, field by field, then the state that
the request names (`check_given`, and what `kept` and `conversations` do not find), then what the model supports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_model.api.catalogue import EMBEDDING_MODELS, Model
from mock_model.api.families import chat_model
from mock_model.api.formats import fault_of, says_json
from mock_model.api.parameters import check_metadata
from mock_model.api.prefixes import MARK
from mock_model.api.shapes import Shape, check_shape, kind_of, missing, refusal
from mock_model.responses.fields import CREATED, FORMATS
from mock_model.responses.item_shapes import HOSTED, check_input
from mock_model.responses.parameters import check_parameters, effort_of
from mock_model.responses.spelling import did_you_mean
from mock_model.responses.tools import check_choice_shape, check_definitions, check_tools

_STATE = ("previous_response_id", "conversation")


def validate(
    body: Any, fields: Mapping[str, Shape] = CREATED, *, any_model: bool = False
) -> tuple[Model, dict[str, Any]]:
    """Check what can be checked of a request by itself, against the parameters of its path. With `any_model` a model may be of a
    family that is known.

    Returns the model, and the body without its nulls, with the effort in force. Raises ApiError with what OpenAI answers, for
    the first fault in OpenAI's order.
    """
    model = _model_of(body, any_model)
    for name in body:
        if name not in fields:
            raise refusal(f"Unknown parameter: '{name}'.{did_you_mean(name, fields)}", name, "unknown_parameter")
    if fields is not CREATED and body.get("input", "") is None:  # only `create` minds
        body = {name: value for name, value in body.items() if name != "input"}
    for name, shape in fields.items():
        if name in body and name in _CHECKS:
            _CHECKS[name](body[name])
        elif name in body:
            check_shape(body[name], shape, name)
    body = {name: value for name, value in body.items() if value is not None}
    _check_given(body)
    body["reasoning"] = {**(body.get("reasoning") or {}), "effort": effort_of(model, body)}
    return model, body


def _model_of(body: Any, any_model: bool) -> Model:
    """The wordings for no model and for one of embeddings are not verified."""
    if not isinstance(body, dict):
        raise refusal(f"Invalid type: expected an object, but got {kind_of(body)} instead.", None, "invalid_type")
    name = body.get("model")
    if not name:
        raise missing("model")
    if isinstance(name, str) and name in EMBEDDING_MODELS:
        raise refusal(f"The requested model '{name}' cannot be used with the Responses API.", "model")
    model = chat_model(name, any_model)
    if model is None:
        raise refusal(f"The requested model '{name}' does not exist.", "model", "model_not_found")
    return model


def _check_text(text: Any) -> None:
    check_shape(text, CREATED["text"], "text")
    if (form := text.get("format")) is None:
        return
    if "type" not in form:
        raise missing("text.format.type")
    kind = form["type"]
    check_shape(form, FORMATS.get(kind, FORMATS["text"]) if isinstance(kind, str) else FORMATS["text"], "text.format")


def _check_labels(metadata: Any) -> None:
    check_shape(metadata, CREATED["metadata"], "metadata")
    if metadata is not None:
        check_metadata(metadata)


_CHECKS: dict[str, Callable[[Any], None]] = {
    "input": check_input,
    "tools": check_definitions,
    "tool_choice": check_choice_shape,
    "text": _check_text,
    "metadata": _check_labels,
}


def _check_given(body: dict[str, Any]) -> None:
    """Raise the ApiError where a request names two states, or neither a state nor an input. An empty list is none."""
    if all(body.get(name) for name in _STATE):
        text = "Ensure you are only providing one of: 'previous_response_id' or 'conversation'."
        raise refusal(f"Mutually exclusive parameters: ''. {text}", None, "mutually_exclusive_parameters")
    if body.get("input") in (None, []) and not any(body.get(name) for name in (*_STATE, "prompt")):
        text = "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided."
        raise refusal(text, None, "missing_required_parameter")


def check_supported(
    model: Model, body: dict[str, Any], given: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]]
) -> None:
    """Raise the ApiError for the first thing in a checked request that this model does not support.

    `given` are the items of its input, `messages` all that the model reads: what the server keeps of the conversation too.
    """
    check_parameters(model, body)
    check_tools(model, body)
    if form := (body.get("text") or {}).get("format"):
        _check_format(model, form, messages)
    for i, item in enumerate(given):
        _check_item(model, item, f"input[{i}]")


def _check_format(model: Model, form: dict[str, Any], messages: Sequence[dict[str, Any]]) -> None:
    kind = form["type"]
    if kind not in model.formats:
        text = f"Invalid parameter: 'text.format' of type '{kind}' is not supported with this model."
        raise refusal(text, "text.format")
    if kind == "json_object" and not says_json(messages):
        text = "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'."
        raise refusal(text, "input")
    if kind == "json_schema" and (fault := fault_of(form["schema"], bool(form.get("strict")))):
        text = f"Invalid schema for response_format '{form['name']}': {fault}"
        raise refusal(text, "text.format.schema", "invalid_json_schema")


def _check_item(model: Model, item: dict[str, Any], path: str) -> None:
    """An item is of text and of tools that a program runs. The wording for a mark on an older model is not verified."""
    kind = item.get("type")
    if kind in HOSTED:
        text = f"Items of type '{kind}' are not supported here: the offline model has no hosted tools."
        raise refusal(text, path, "unsupported_value")
    name = "output" if "output" in item else "content"
    parts = item.get(name)
    for j, part in enumerate(parts if isinstance(parts, list) and kind != "reasoning" else ()):
        place = f"{path}.{name}[{j}]"
        if part["type"] in ("input_image", "input_file"):
            text = f"Invalid content type. {part['type']} is only supported by certain models: the offline model reads text only."
            raise refusal(text, f"{place}.type", "invalid_value")
        if part.get(MARK) and model.cache != "breakpoints":
            text = f"Unsupported parameter: '{place}.{MARK}' is not supported with this model."
            raise refusal(text, f"{place}.{MARK}", "unsupported_parameter")
