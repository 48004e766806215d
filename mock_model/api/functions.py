"""Functions: which may be called, whether one must be, what their schemas ask for, and which calls were made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from mock_model.api.emptiest import emptiest
from mock_model.api.schemas import branches, resolved, types


def callable_functions(body: dict) -> tuple[list[dict], bool]:
    """The functions that a request lets the model call, and whether it must call one: what `tool_choice` says."""
    choice = body.get("tool_choice") or "auto"
    functions = [tool["function"] for tool in body.get("tools") or () if tool.get("type") == "function"]
    if isinstance(choice, str):
        return [] if choice == "none" else functions, choice == "required"
    allowed = choice.get("allowed_tools") or {"tools": [choice], "mode": "required"}
    names = [tool.get("function", {}).get("name") for tool in allowed["tools"]]
    return [function for function in functions if function["name"] in names], allowed["mode"] == "required"


def named(function: dict) -> dict:
    """The parameters of a function as they were sent, by name."""
    listed = (function.get("parameters") or {}).get("properties")
    return listed if isinstance(listed, dict) else {}


def parameters(function: dict) -> dict[str, dict]:
    """The parameters of a function, each with its schema: of several kinds the first that is not null, and two keys more.

    "least" is the emptiest value that fits, null where it may be; "description" is a text, if an empty one.
    """
    root, found = function.get("parameters") or {}, {}
    for name, spec in named(function).items():
        try:
            plain = next(one for one in branches(resolved(spec, root), root) if types(one) != ["null"])
            found[name] = {**plain, "least": emptiest(spec, root), "description": str(plain.get("description") or "")}
        except (ValueError, TypeError, AttributeError, StopIteration, re.error):  # no schema, or nothing fits it
            found[name] = {"least": "", "description": ""}
    return found | {name: {"least": "", "description": ""} for name in required(function) if name not in found}


def required(function: dict) -> list[str]:
    """The names of the parameters that must be given."""
    listed = (function.get("parameters") or {}).get("required")
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def given(call: dict) -> dict:
    """The arguments of a call that was made; none where they are no JSON object."""
    try:
        found = json.loads((call.get("function") or {}).get("arguments") or "{}")
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def made(messages: Sequence[dict]) -> Iterator[tuple[str, dict]]:
    """The calls made so far: (function name, arguments) each."""
    for message in messages:
        for call in message.get("tool_calls") or ():
            yield (call.get("function") or {}).get("name", ""), given(call)


def results(messages: Sequence[dict]) -> Iterator[tuple[dict, str, dict]]:
    """The tool messages at the end of a request, each with the name and the arguments of the call that it answers."""
    calls = {call.get("id"): call for message in messages for call in message.get("tool_calls") or ()}
    first = next((n for n in range(len(messages), 0, -1) if messages[n - 1]["role"] != "tool"), 0)
    for message in messages[first:]:
        call = calls.get(message.get("tool_call_id"), {})
        yield message, (call.get("function") or {}).get("name") or "function", given(call)
