"""Turns with tools: each call is answered right after the message that makes it, once, and nothing else is answered."""

from __future__ import annotations

from typing import Any

from mock_model.api.shapes import missing, refusal


def check_tool_turns(messages: list[dict[str, Any]]) -> None:
    """Raise the ApiError for the first call without an answer, and answer without a call."""
    called: list[str] = []
    answered: dict[str, int] = {}  # the id of a call, and the place of the message that answers it
    for i, message in enumerate(messages):
        if message["role"] == "tool":
            answered[_check_answer(message, i, called, answered)] = i
        elif called or message.get("tool_calls"):
            _check_all_answered(called, answered, i)
            calls = message.get("tool_calls") if message["role"] == "assistant" else None
            called, answered = _check_calls(calls or (), i), {}
    _check_all_answered(called, answered, len(messages) - 1)


def _check_calls(calls: Any, i: int) -> list[str]:
    """The ids of the calls of one message. What OpenAI says of two calls with one id is not verified."""
    ids: list[str] = []
    for j, call in enumerate(calls):
        if call["type"] not in call:
            raise missing(f"messages[{i}].tool_calls[{j}].{call['type']}")
        if call["id"] in ids:
            text = f"Invalid parameter: Duplicate value for 'tool_call_id' of '{call['id']}', in messages[{i}]."
            raise refusal(text, f"messages.[{i}].tool_calls")
        ids.append(call["id"])
    return ids


def _check_answer(message: dict[str, Any], i: int, called: list[str], answered: dict[str, int]) -> str:
    """The id of the call that a tool message answers, if it may."""
    id = message.get("tool_call_id")
    where = f"messages.[{i}].tool_call_id"
    if id is None:
        text = "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'."
        raise refusal(text, where)
    if not called:
        text = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
        raise refusal(f"Invalid parameter: {text}", f"messages.[{i}].role")
    if id not in called:
        text = f"'tool_call_id' of '{id}' not found in 'tool_calls' of previous message."
        raise refusal(f"Invalid parameter: {text}", where)
    if id in answered:
        text = f"Duplicate value for 'tool_call_id' of '{id}', in messages[{answered[id]}] and messages[{i}]."
        raise refusal(f"Invalid parameter: {text}", where)
    return id


def _check_all_answered(called: list[str], answered: dict[str, int], i: int) -> None:
    unanswered = [id for id in called if id not in answered]
    if unanswered:
        text = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(unanswered)}"
        )
        raise refusal(text, f"messages.[{i}].role")
