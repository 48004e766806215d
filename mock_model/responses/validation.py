"""What OpenAI refuses of a request for a response, refused with its status, type, param, code and wording."""

from __future__ import annotations

from typing import Any

from mock_model.api.catalogue import MODELS, Model
from mock_model.api.shapes import refusal


def validate(body: Any) -> tuple[Model, dict[str, Any]]:
    """Check a request to `responses.create`: the model, and the body without its nulls, with the effort in force."""
    name = body.get("model")
    if name not in MODELS:
        raise refusal(f"The requested model '{name}' does not exist.", "model", "model_not_found")
    model = MODELS[name]
    body = {key: value for key, value in body.items() if value is not None}
    body["reasoning"] = {"effort": model.default_effort, **body.get("reasoning", {})}
    return model, body
