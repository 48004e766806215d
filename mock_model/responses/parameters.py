"""Parameters: what becomes of each that the Responses API knows. `fields` says what each may hold.

None is taken and then quietly forgotten: each is obeyed, or changes nothing of a response by its nature (`HARMLESS` says
why), or is refused where `RULES` say so. Where the offline model lacks something, the message says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from mock_model.api.catalogue import Model
from mock_model.api.shapes import quoted, refusal

OBEYED = frozenset(
    """model input instructions previous_response_id conversation store stream stream_options tools tool_choice
    parallel_tool_calls max_output_tokens truncation context_management metadata reasoning text background
    prompt_cache_key prompt_cache_options prompt_cache_retention""".split()
)
HARMLESS = {
    "temperature": "nothing is drawn by lot: every reply is the likeliest one; it is echoed",
    "top_p": "as temperature",
    "top_logprobs": "0 only, more is refused",
    "max_tool_calls": "it limits the tools that OpenAI's servers run, and there are none",
    "include": "what hosted tools would add, and encrypted reasoning, which comes anyway; probabilities are refused",
    "user": "names the caller to OpenAI; it is echoed",
    "safety_identifier": "as user",
    "service_tier": "nobody waits here; the answer says that the tier was the default one",
    "background_options": "every window is kept: a response in the background is done when it is looked for again",
    "image": "there are no images whose context could be compressed",
}
REFUSED = frozenset("access_programs moderation prompt".split())
_NOT_HERE = "Unsupported parameter: '{name}' is not supported with this model."
_NOT_OFFLINE = "Unsupported parameter: '{name}'. The offline model answers in text, and calls tools."


class Rule(NamedTuple):
    """A parameter, or one inside another ("text.verbosity"), refused when `when(model, body, value)` holds."""

    names: tuple[str, ...]
    when: Callable[[Model, dict[str, Any], Any], bool]
    message: str
    code: str | None = "unsupported_parameter"


def _reasons(model: Model, body: dict[str, Any], value: Any) -> bool:
    return effort_of(model, body) != "none"


RULES = (
    Rule(("reasoning.effort",), lambda model, body, value: not model.efforts and value != "none", _NOT_HERE),
    Rule(
        ("reasoning.effort",),
        lambda model, body, value: value not in (model.efforts or (model.default_effort,)),
        "Unsupported value: '{value}' is not supported with the '{model.name}' model. Supported values are: {efforts}.",
        "unsupported_value",
    ),
    Rule(  # not verified
        ("reasoning.generate_summary",),
        lambda model, body, value: True,
        "Unsupported parameter: 'reasoning.generate_summary' is deprecated. Use 'reasoning.summary' instead.",
    ),
    Rule(("reasoning.summary",), lambda model, body, value: not model.efforts, _NOT_HERE),
    Rule(("reasoning.mode",), lambda model, body, value: value != "standard", _NOT_OFFLINE),
    Rule(("temperature", "top_p"), _reasons, _NOT_HERE, None),
    Rule(
        ("text.verbosity",),
        lambda model, body, value: not model.efforts and value != "medium",
        "Unsupported value: '{value}' is not supported with the '{model.name}' model. Supported values are: 'medium'.",
        "unsupported_value",
    ),
    Rule(
        ("stream_options",),
        lambda model, body, value: not body.get("stream"),
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        None,
    ),
    Rule(
        ("background_options.completion_window",),
        lambda model, body, value: value != "soonest" and not (body.get("background") and not body.get("stream")),
        "'background_options.completion_window' of '{value}' requires 'background' to be true and 'stream' to be false.",
        None,
    ),
    Rule(("prompt_cache_options",), lambda model, body, value: model.cache != "breakpoints", _NOT_HERE),  # not verified
    Rule(
        ("prompt_cache_options.prewarm",),
        lambda model, body, value: bool(value),
        "Unsupported parameter: '{name}'. The offline model's cache is written by answers.",
    ),
    Rule(
        ("prompt_cache_options.comparison_response_id",),
        lambda model, body, value: not value.startswith("resp"),
        "Invalid '{name}': '{value}'. Expected an ID that begins with 'resp'.",
        "invalid_value",
    ),
    Rule(
        ("prompt_cache_retention",),
        lambda model, body, value: model.cache == "breakpoints" and value != "24h",
        "This model is compatible only with 24h extended prompt caching",
        "invalid_parameter",
    ),
    Rule(("include",), lambda model, body, value: "message.output_text.logprobs" in value, _NOT_OFFLINE),
    Rule(("top_logprobs",), lambda model, body, value: value > 0, _NOT_OFFLINE),
    Rule(("personality", *sorted(REFUSED - {"prompt"})), lambda model, body, value: True, _NOT_OFFLINE),
)


def effort_of(model: Model, body: dict[str, Any]) -> str:
    """The effort a request asks for, or the model's own."""
    return (body.get("reasoning") or {}).get("effort") or model.default_effort


def check_parameters(model: Model, body: dict[str, Any]) -> None:
    """Raise the ApiError for the first parameter that this model does not take, or not so."""
    for rule in RULES:
        for name in rule.names:
            outer, _, inner = name.partition(".")
            value = body.get(outer)
            value = (value or {}).get(inner) if inner else value
            if value is not None and rule.when(model, body, value):
                efforts = quoted(model.efforts) if model.efforts else ""
                text = rule.message.format(name=name, value=value, model=model, efforts=efforts)
                raise refusal(text, name, rule.code)
