"""Functions: which may be called, whether one must be, what their schemas ask for, and which calls were made.

A custom tool is a function here, of one text: its input.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from mock_model.api.emptiest import emptiest
from mock_model.api.schemas import branches, resolved, types

INPUT = "input"
_UNKNOWN = {"least": "", "description": "", "whole": True}


def callable_functions(body: dict) -> tuple[list[dict], bool]:
    """The functions that a request lets the model call, and whether it must call one: what `tool_choice` says."""
    choice, tools = body.get("tool_choice") or "auto", body.get("tools") or ()
    if isinstance(choice, str):
        return [] if choice == "none" else [_function(tool) for tool in tools], choice == "required"
    allowed = choice.get("allowed_tools") or {"tools": [choice], "mode": "required"}
    names = {(tool["type"], tool[tool["type"]]["name"]) for tool in allowed["tools"]}
    wanted = [tool for tool in tools if (tool["type"], tool[tool["type"]]["name"]) in names]
    return [_function(tool) for tool in wanted], allowed["mode"] == "required"


def _function(tool: dict) -> dict:
    """A tool as a function."""
    if tool["type"] == "function":
        return tool["function"]
    parameters = {"type": "object", "properties": {INPUT: of_input(tool["custom"])}, "required": [INPUT]}
    return {**tool["custom"], "parameters": parameters, "strict": True}


def of_input(tool: dict) -> dict:
    """The schema of the input of a custom tool: a grammar is a pattern that all of it matches."""
    grammar = ((tool.get("format") or {}).get("grammar") or {}).get("definition")
    return {"type": "string"} | ({"pattern": rf"\A(?:{grammar})\Z", "grammar": grammar} if grammar else {})


def named(function: dict) -> dict:
    """The parameters of a function as they were sent, by name."""
    listed = (function.get("parameters") or {}).get("properties")
    return listed if isinstance(listed, dict) else {}


def parameters(function: dict) -> dict[str, dict]:
    """The parameters of a function, each with its schema: of several kinds the first that is not null, and three keys more.

    "least" is the emptiest value that fits, null where it may be; "description" is a text, if an empty one; "whole" is the
    schema with all its kinds.
    """
    root, found = function.get("parameters") or {}, {}
    for name, spec in named(function).items():
        try:
            plain = next(one for one in branches(resolved(spec, root), root) if types(one) != ["null"])
            described = str(plain.get("description") or "")
            found[name] = {**plain, "least": emptiest(spec, root), "description": described, "whole": spec}
        except (ValueError, TypeError, AttributeError, StopIteration, re.error):  # no schema, or nothing fits it
            found[name] = _UNKNOWN
    return found | {name: _UNKNOWN for name in required(function) if name not in found}


def required(function: dict) -> list[str]:
    """The names of the parameters that must be given."""
    listed = (function.get("parameters") or {}).get("required")
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def given(call: dict) -> dict:
    """The arguments of a call that was made; none where they are no JSON object."""
    if call.get("type") == "custom":
        return {INPUT: call["custom"][INPUT]}
    try:
        found = json.loads((call.get("function") or {}).get("arguments") or "{}")
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def made(messages: Sequence[dict]) -> Iterator[tuple[str, dict]]:
    """The calls made so far: (function name, arguments) each."""
    for message in messages:
        for call in message.get("tool_calls") or ():
            yield _name(call), given(call)


def turn_of(messages: Sequence[dict]) -> Sequence[dict]:
    """What came after the last user message: the steps of the turn so far.

    A program may send that message once more with the results: then the turn began where their calls were made.
    """
    start = _after_user(messages, len(messages))
    while start and not _answered(messages[start:]) <= _ids(messages[start:]):
        start = _after_user(messages, start - 1)
    return messages[start:]


def _after_user(messages: Sequence[dict], end: int) -> int:
    return next((n for n in range(end, 0, -1) if messages[n - 1]["role"] == "user"), 0)


def _answered(messages: Sequence[dict]) -> set[str]:
    return {message.get("tool_call_id") or "" for message in messages if message["role"] == "tool"} - {""}


def _ids(messages: Sequence[dict]) -> set[str]:
    return {call.get("id") or "" for message in messages for call in message.get("tool_calls") or ()}


def results(messages: Sequence[dict]) -> Iterator[tuple[dict, str, dict]]:
    """The tool messages of the turn, each with the name and the arguments of the call that it answers."""
    calls: dict[str, dict] = {}
    for message in turn_of(messages):
        if message["role"] == "tool":
            call = calls.get(message.get("tool_call_id", ""), {})
            yield message, _name(call) or "function", given(call)
        calls |= {call["id"]: call for call in message.get("tool_calls") or ()}


def _name(call: dict) -> str:
    return (call.get("function") or call.get("custom") or {}).get("name") or ""
