"""Prompting: the items and settings of a request as the chat request that is read, counted, and fits into the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_model.api.catalogue import Model
from mock_model.api.shapes import refusal
from mock_model.api.window import Counted, Prompt, count
from mock_model.responses.compaction import expanded
from mock_model.responses.items import Item, messages_of, reasoning_of

_SAME = ("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "parallel_tool_calls")
_ROOM = 10  # one part in so many of the window is left for a reply without a limit


def prompt_of(
    model: Model, body: dict[str, Any], items: Sequence[Item], context_window: int | None = None
) -> tuple[dict[str, Any], Prompt]:
    """The chat request of a checked request, with all `items` that it reads, and what it costs.

    With `truncation="auto"` the items at the beginning are left out until the rest fits; a call and its output go together.
    Raises ApiError when it does not fit, or not even then. That the reply limit need not fit too, and how much room is left
    for a reply, is not verified.
    """
    window, settings = context_window or model.context_window, _settings(body)
    requested = body.get("max_output_tokens")
    items = _read(model, body, expanded(items))
    while True:
        chat = settings | {"messages": _opening(body) + messages_of(items)}
        counted = count(model, chat) if chat["messages"] else Counted(0, 0, [])
        fits = counted.total <= window
        if fits:
            break
        rest = _shortened(items)
        if body.get("truncation") != "auto" or not rest:
            raise _too_long()
        items = rest
    limit = min(requested or model.max_output, model.max_output, window - counted.total)
    return chat, Prompt(counted.total, counted.lengths, limit, requested)


def _too_long() -> Exception:
    """What does not fit. Another API than Chat Completions, another wording: the figures are not in it."""
    message = "Your input exceeds the context window of this model. Please adjust your input and try again."
    return refusal(message, "input", "context_length_exceeded")


def _opening(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The instructions of this request; those of an earlier one are not carried over."""
    return [{"role": "system", "content": body["instructions"]}] if body.get("instructions") else []


def _settings(body: dict[str, Any]) -> dict[str, Any]:
    """The settings of a chat request."""
    settings = {name: body[name] for name in _SAME if name in body}
    text = body.get("text") or {}
    return {
        "model": body["model"],
        "reasoning_effort": body["reasoning"]["effort"],
        **({"verbosity": text["verbosity"]} if text.get("verbosity") else {}),
        **({"response_format": _format(text["format"])} if text.get("format") else {}),
        **({"tools": [_nested(tool) for tool in body["tools"]]} if body.get("tools") else {}),
        **({"tool_choice": _choice(body["tool_choice"])} if body.get("tool_choice") else {}),
        **settings,
    }


def _format(form: dict[str, Any]) -> dict[str, Any]:
    if form["type"] != "json_schema":
        return {"type": form["type"]}
    return {"type": "json_schema", "json_schema": {key: value for key, value in form.items() if key != "type"}}


def _nested(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool, flat here, as Chat Completions has it."""
    kind = tool["type"]
    inner = {key: value for key, value in tool.items() if key != "type" and value is not None}
    if (form := inner.get("format")) and form["type"] == "grammar":
        inner["format"] = {"type": "grammar", "grammar": {key: form[key] for key in ("syntax", "definition")}}
    return {"type": kind, kind: inner}


def _choice(choice: str | dict[str, Any]) -> str | dict[str, Any]:
    if isinstance(choice, str):
        return choice
    if choice["type"] == "allowed_tools":
        tools = [_named(tool) for tool in choice["tools"]]
        return {"type": "allowed_tools", "allowed_tools": {"mode": choice["mode"], "tools": tools}}
    return _named(choice)


def _named(tool: dict[str, Any]) -> dict[str, Any]:
    return {"type": tool["type"], tool["type"]: {"name": tool["name"]}}


def _read(model: Model, body: dict[str, Any], items: Sequence[Item]) -> list[Item]:
    """The items that are read: without the reasoning of another model, or of earlier turns where only this one's counts.

    GPT-5.6 and later read that of all turns unless told otherwise, older models that of the turn that is going on.
    """
    context = body["reasoning"].get("context") or "auto"
    every = context == "all_turns" or (context == "auto" and model.cache == "breakpoints")
    turn = max((at for at, item in enumerate(items) if item.get("role") == "user"), default=0)
    return [
        item
        for at, item in enumerate(items)
        if item["type"] != "reasoning"
        or ((every or at > turn) and (found := reasoning_of(item)) is not None and found[0] == model.name)
    ]


def _shortened(items: Sequence[Item]) -> list[Item]:
    """The items without the first: with a call go its outputs, and with reasoning what it led to. The last stays."""
    rest = list(items)
    dropped = rest.pop(0) if len(rest) > 1 else None
    while dropped is not None and dropped["type"] == "reasoning" and len(rest) > 1:
        dropped = rest.pop(0)
    if dropped is None:
        return []
    called = dropped.get("call_id")
    return [item for item in rest if called is None or item.get("call_id") != called]
