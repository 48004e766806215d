"""Parameters: what becomes of each that OpenAI's chat completions know. `shapes` refuses the others.

None is taken and then quietly forgotten: each is obeyed, or changes nothing of a reply by its nature (`HARMLESS` says why),
or is refused where `RULES` say so. The wordings are those of the live API, as its users report them; where the offline model
lacks something, the message says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from mock_model.api.catalogue import Model
from mock_model.api.shapes import check_length, kind_of, refusal

OBEYED = frozenset(
    """model messages tools tool_choice parallel_tool_calls response_format max_completion_tokens max_tokens stop stream
    stream_options reasoning_effort prompt_cache_key prompt_cache_options n""".split()
)
HARMLESS = {
    "temperature": "nothing is drawn by lot: every reply is the likeliest one",
    "top_p": "as temperature",
    "seed": "the same request has the same reply anyway",
    "presence_penalty": "it moves odds, and there are none",
    "frequency_penalty": "as presence_penalty",
    "logprobs": "false only, true is refused",
    "top_logprobs": "refused without logprobs",
    "logit_bias": "empty only, all else is refused",
    "modalities": "text only, all else is refused",
    "verbosity": "a hint, not a promise: a reply is one sentence or two, and has no longer form; the prompt cache tells it",
    "user": "names the caller to OpenAI",
    "safety_identifier": "as user",
    "metadata": "a label of what is stored",
    "store": "what is stored of a chat completion serves later requests for it alone; here they answer 404",
    "service_tier": "nobody waits here; the answer says that the tier was the default one",
    "prompt_cache_retention": "how long an older model's prefix stays in the cache, nothing of a reply",
}
REFUSED = frozenset("audio function_call functions moderation prediction web_search_options".split())


class Rule(NamedTuple):
    """Parameters refused when `when(model, body, name)` holds; the message may say {name} and {value}."""

    names: tuple[str, ...]
    when: Callable[[Model, dict[str, Any], str], bool]
    message: str
    code: str | None = "unsupported_parameter"


def _reasons(model: Model, body: dict[str, Any], name: str) -> bool:
    return body["reasoning_effort"] != "none"


def _not_taken(model: Model, body: dict[str, Any], name: str) -> bool:
    return name in model.refuses


def _always(model: Model, body: dict[str, Any], name: str) -> bool:
    return True


def _asks(model: Model, body: dict[str, Any], name: str) -> bool:
    return bool(body[name])


_NOT_HERE = "Unsupported parameter: '{name}' is not supported with this model."
_NOT_OFFLINE = "Unsupported parameter: '{name}'. The offline model answers in text, and calls tools."
RULES = (
    Rule(("max_tokens",), _not_taken, f"{_NOT_HERE} Use 'max_completion_tokens' instead."),
    Rule(
        ("max_tokens",),
        lambda model, body, name: "max_completion_tokens" in body,
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
        "invalid_parameter_combination",
    ),
    Rule(("stop", "logit_bias", "prediction"), _not_taken, _NOT_HERE),
    Rule(
        ("temperature", "top_p"),
        lambda model, body, name: _reasons(model, body, name) and body[name] != 1,
        "Unsupported value: '{name}' does not support {value} with this model. "
        "Only the default (1) value is supported.",
        "unsupported_value",
    ),
    Rule(("presence_penalty", "frequency_penalty", "logprobs", "top_logprobs"), _reasons, _NOT_HERE),
    Rule(
        ("verbosity",),
        lambda model, body, name: not model.efforts and body[name] != "medium",
        "Unsupported value: '{name}' does not support '{value}' with this model. Supported values are: 'medium'.",
        "unsupported_value",
    ),
    Rule(
        ("tool_choice", "parallel_tool_calls"),
        lambda model, body, name: "tools" not in body,
        "Invalid value for '{name}': '{name}' is only allowed when 'tools' are specified.",
        None,
    ),
    Rule(
        ("stream_options",),
        lambda model, body, name: not body.get("stream"),
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        None,
    ),
    Rule(
        ("metadata",),
        lambda model, body, name: not body.get("store"),
        "The 'metadata' parameter is only allowed when 'store' is enabled.",
        None,
    ),
    Rule(("prompt_cache_options",), lambda model, body, name: model.cache != "breakpoints", _NOT_HERE),  # not verified
    Rule(
        ("prompt_cache_retention",),
        lambda model, body, name: model.cache == "breakpoints" and body[name] != "24h",
        "This model is compatible only with 24h extended prompt caching",
        "invalid_parameter",
    ),
    Rule(("logprobs", "logit_bias"), _asks, _NOT_OFFLINE),
    Rule(  # not verified
        ("top_logprobs",),
        lambda model, body, name: not body.get("logprobs"),
        "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
        None,
    ),
    Rule(("modalities",), lambda model, body, name: body[name] != ["text"], _NOT_OFFLINE),
    Rule(tuple(sorted(REFUSED)), _always, _NOT_OFFLINE),
)


def check_parameters(model: Model, body: dict[str, Any]) -> None:
    """Raise the ApiError for the first parameter that this model does not take, or not so."""
    for rule in RULES:
        for name in rule.names:
            if name in body and rule.when(model, body, name):
                raise refusal(rule.message.format(name=name, value=body[name]), name, rule.code)
    if "metadata" in body:
        check_metadata(body["metadata"])


def check_metadata(metadata: dict[str, Any]) -> None:
    """Raise the ApiError for labels of more than 16 pairs, keys of 64 characters or texts of 512."""
    if len(metadata) > 16:
        tail = (
            f"Expected an object with at most 16 properties, but got an object with {len(metadata)} properties instead."
        )
        raise refusal(f"Invalid 'metadata': too many properties. {tail}", "metadata", "object_above_max_properties")
    for key, value in metadata.items():
        path = f"metadata.{key}"
        if not isinstance(value, str):
            message = f"Invalid type for '{path}': expected a string, but got {kind_of(value)} instead."
            raise refusal(message, path, "invalid_type")
        check_length(key, 64, path)
        check_length(value, 512, path)
