"""The context window: what a prompt costs, how long its reply may be, and what is refused because it does not fit."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, NamedTuple

from mock_model.api import tokens
from mock_model.api.bodies import ApiError
from mock_model.api.catalogue import Model

_OVERFLOW = {  # with tools or not, because of the reply limit or not
    (False, False): "your messages resulted in {total} tokens. Please reduce the length of the messages.",
    (True, False): "your messages resulted in {total} tokens ({messages} in the messages, {tools} in the functions). "
    "Please reduce the length of the messages or functions.",
    (False, True): "you requested {total} tokens ({messages} in the messages, {reply} in the completion). "
    "Please reduce the length of the messages or completion.",
    (True, True): "you requested {total} tokens ({messages} in the messages, {tools} in the functions, and {reply} in "
    "the completion). Please reduce the length of the messages, functions, or completion.",
}


class Prompt(NamedTuple):
    """What a request costs before it is answered, in tokens."""

    total: int
    lengths: list[int]  # of tools and messages up to each message
    limit: int  # of the reply: what the request, the model and the window allow
    requested: int | None  # of the reply: what the request says


class Counted(NamedTuple):
    """The parts of a prompt, in tokens."""

    tools: int
    form: int  # the schema of the reply's format
    messages: list[int]  # each of them

    @property
    def total(self) -> int:
        return self.tools + self.form + sum(self.messages) + tokens.PRIMING

    @property
    def lengths(self) -> list[int]:
        """The tokens up to each message."""
        return list(accumulate(self.messages, initial=self.tools + self.form))[1:]


def count(model: Model, body: dict[str, Any]) -> Counted:
    """Count the prompt of a checked request."""
    return Counted(
        tokens.count_tools(body.get("tools", ()), model.encoding, model.function_tokens),
        tokens.count_format(body.get("response_format"), model.encoding),
        [tokens.count_message(message, model.encoding) for message in body["messages"]],
    )


def measure(model: Model, body: dict[str, Any], context_window: int | None = None) -> Prompt:
    """Count the prompt of a checked request; a `context_window` (tokens) takes the place of the model's own.

    Raises ApiError when the prompt, or the prompt and the reply limit together, exceed the context window.
    """
    counted = count(model, body)
    window = context_window or model.context_window
    requested = body.get("max_completion_tokens", body.get("max_tokens"))
    if model.limits_input:
        _check_input(context_window or window - model.max_output, counted.total)
    _check_window(window, counted.total - counted.tools, counted.tools, requested or 0)
    if requested is not None and requested > model.max_output:
        name = "max_completion_tokens" if "max_completion_tokens" in body else "max_tokens"
        message = f"This model supports at most {model.max_output} completion tokens, whereas you provided {requested}."
        raise ApiError(400, f"{name} is too large: {requested}. {message}", param=name)
    limit = min(requested or model.max_output, window - counted.total)
    return Prompt(counted.total, counted.lengths, limit, requested)


def refuse_overflow(model: Model, body: dict[str, Any]) -> None:
    """Raise the ApiError of a window that is one token too small for this prompt, whatever the window is."""
    counted = count(model, body)
    if model.limits_input:
        _check_input(counted.total - 1, counted.total)
    _check_window(counted.total - 1, counted.total - counted.tools, counted.tools, 0)


def _check_input(limit: int, prompt: int) -> None:
    """The prompt, in tokens, must fit into what GPT-5 and later leave for it."""
    if prompt > limit:
        message = (
            f"Input tokens exceed the configured limit of {limit} tokens. Your messages resulted in {prompt} tokens. "
            "Please reduce the length of the messages."
        )
        raise ApiError(400, message, param="messages", code="context_length_exceeded")


def _check_window(window: int, messages: int, tools: int, reply: int) -> None:
    """The prompt must fit into the window, and so must the prompt and the reply limit together. All in tokens."""
    prompt = messages + tools
    if prompt + reply <= window:
        return
    too_long = prompt > window  # whatever the reply limit
    sentence = _OVERFLOW[tools > 0, not too_long].format(
        total=prompt if too_long else prompt + reply, messages=messages, tools=tools, reply=reply
    )
    message = f"This model's maximum context length is {window} tokens. However, {sentence}"
    raise ApiError(400, message, param="messages", code="context_length_exceeded")
