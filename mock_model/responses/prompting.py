"""Prompting: the items and settings of a request as the chat request that is read, counted, and fits into the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_model.api.bodies import ApiError
from mock_model.api.catalogue import Model
from mock_model.api.shapes import missing, refusal
from mock_model.api.window import Prompt, count
from mock_model.responses.compaction import expanded
from mock_model.responses.items import Item, messages_of, reasoning_of
from mock_model.responses.settings import chat_settings

_ROOM = 10  # one part in so many of the window is left for a reply without a limit


def prompt_of(
    model: Model, body: dict[str, Any], items: Sequence[Item], context_window: int | None = None
) -> tuple[dict[str, Any], Prompt]:
    """The chat request of a checked request, with all `items` that it reads, and what it costs.

    With `truncation="auto"` the items at the beginning are left out, until the rest fits and leaves room for as long a reply
    as there may be, but a tenth of the window suffices. Raises ApiError when it does not fit, or not even then, and for a
    limit that the model cannot reach. Not verified: that without truncation only the prompt need fit; how much room is left
    with it (OpenAI says that some models leave all that they can write); the wording for such a limit.

    Simplified: newer models of OpenAI also leave out reasoning before which something was changed.
    """
    window, requested = context_window or model.context_window, body.get("max_output_tokens")
    chat = chat_settings(body) | {"messages": _opening(body) + messages_of(_read(model, body, expanded(items)))}
    if not chat["messages"]:
        raise missing("input")
    counted = count(model, chat)
    if body.get("truncation") == "auto":
        room = min(requested or model.max_output, window // _ROOM)
        left_out = _too_many(chat["messages"], counted.messages, len(_opening(body)), counted.total + room - window)
        chat["messages"] = [message for at, message in enumerate(chat["messages"]) if at not in left_out]
        counted = counted._replace(messages=[n for at, n in enumerate(counted.messages) if at not in left_out])
    if counted.total > window:
        raise overflow()
    if requested is not None and requested > model.max_output:
        message = f"This model supports at most {model.max_output} output tokens, whereas you provided {requested}."
        raise refusal(f"max_output_tokens is too large: {requested}. {message}", "max_output_tokens")
    limit = min(requested or model.max_output, window - counted.total)
    return chat, Prompt(counted.total, counted.lengths, limit, requested)


def overflow() -> ApiError:
    """What is refused because it does not fit into the window."""
    message = "Your input exceeds the context window of this model. Please adjust your input and try again."
    return refusal(message, "input", "context_length_exceeded")


def _too_many(messages: Sequence[dict[str, Any]], lengths: Sequence[int], start: int, tokens: int) -> set[int]:
    """The places of the messages that truncation leaves out: from the beginning, until so many tokens are gone.

    Those before `start` stay, and so does the last; with a call go the results that answer it.
    """
    gone: set[int] = set()
    for at in range(start, len(messages) - 1):
        if tokens <= 0:
            break
        called = {call["id"] for call in messages[at].get("tool_calls", ())}
        answers = {i for i in range(at, len(messages)) if messages[i].get("tool_call_id") in called}
        if len(messages) - 1 in answers:
            break
        tokens -= sum(lengths[i] for i in ({at} | answers) - gone)
        gone |= {at} | answers
    return gone


def removed(model: Model, items: Sequence[Item]) -> list[dict[str, Any]]:
    """What a response says of the reasoning that was not read because another model made it."""
    found = ((item, reasoning_of(item)) for item in items if item["type"] == "reasoning")
    return [
        {"id": item.get("id", ""), "type": "reasoning", "action": "removed", "reason": "model_mismatch"}
        for item, made in found
        if made is not None and made[0] != model.name
    ]


def _opening(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The instructions of this request; those of an earlier one are not carried over."""
    return [{"role": "system", "content": body["instructions"]}] if body.get("instructions") else []


def _read(model: Model, body: dict[str, Any], items: Sequence[Item]) -> list[Item]:
    """The items that are read: without the reasoning of another model, or of earlier turns where only this one's counts.

    GPT-5.6 and later read that of all turns unless told otherwise, older models that of the turn that is going on.
    """
    every = reasoning_context(model, body) == "all_turns"
    turn = max((at for at, item in enumerate(items) if item.get("role") == "user"), default=0)
    return [
        item
        for at, item in enumerate(items)
        if item["type"] != "reasoning"
        or ((every or at > turn) and (found := reasoning_of(item)) is not None and found[0] == model.name)
    ]


def reasoning_context(model: Model, body: dict[str, Any]) -> str:
    """Whose reasoning is read: that of "all_turns" or of the "current_turn"."""
    asked = body["reasoning"].get("context") or "auto"
    usual = "all_turns" if model.cache == "breakpoints" else "current_turn"
    return usual if asked == "auto" else str(asked)
