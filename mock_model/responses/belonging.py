"""What belongs together: a call and its output, a piece of reasoning and what the model did next; and no item stands twice.

Wordings are those of the live API, as its users report them (https://github.com/james-6-23/codex2api/issues/414,
https://github.com/continuedev/continue/issues/8933, .../10723, .../11309), but for what is marked as not verified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_model.api.bodies import ApiError
from mock_model.api.shapes import refusal

Item = dict[str, Any]
OF_MODEL = ("message", "function_call", "custom_tool_call", "compaction")  # what can follow reasoning
_OUTPUT = "_output"


def check_belonging(before: Sequence[Item], given: Sequence[Item], reasoned: Mapping[str, str]) -> None:
    """Raise the ApiError for the first item that lacks what it belongs to.

    `given` are the items of a request, `before` those that the server puts before them. `reasoned` has, for the
    ids of items that the server keeps, the id of the reasoning right before them.
    """
    _check_once([*before, *given])
    _check_calls([*before, *given])
    for i, item in enumerate(given):
        if item["type"] == "reasoning":
            _check_followed(item, given[i + 1 :])
    there = {item.get("id") for item in [*before, *given]}
    for item in given:
        needed = reasoned.get(item.get("id") or "")
        if needed and needed not in there:
            kind = item["type"]
            text = (
                f"Item '{item['id']}' of type '{kind}' was provided without its required 'reasoning' item: '{needed}'."
            )
            raise refusal(text, "input")


def _check_once(items: Sequence[Item]) -> None:
    seen = set()
    for item in items:
        id = item.get("id")
        if id in seen:
            text = f"Duplicate item found with id {id}. Remove duplicate items from your input and try again."
            raise refusal(text, "input")
        seen |= {id} - {None}


def _check_calls(items: Sequence[Item]) -> None:
    """Each output has its call before it, and each call an output. The wordings for custom tools are not verified."""
    called: dict[str, Item] = {}
    answered: set[str] = set()
    for item in items:
        kind = item["type"]
        if kind in ("function_call", "custom_tool_call"):
            called[item["call_id"]] = item
        elif kind.endswith(_OUTPUT):
            id, call = item["call_id"], kind.removesuffix(_OUTPUT)
            if id not in called or called[id]["type"] != call:
                tool = "function call" if call == "function_call" else "custom tool call"
                raise refusal(f"No tool call found for {tool} output with call_id {id}.", "input")
            answered.add(id)
    for id, item in called.items():
        if id not in answered:
            tool = "function call" if item["type"] == "function_call" else "custom tool call"
            raise refusal(f"No tool output found for {tool} {id}.", "input")


def _check_followed(item: Item, rest: Sequence[Item]) -> None:
    """Reasoning is followed by what it led to: by that very item where only its id tells what it is.

    With `encrypted_content` any item of the model will do: that is not verified.
    """
    after = next((other for other in rest if other["type"] != "reasoning"), None)
    follows = after is not None and after["type"] in OF_MODEL and after.get("role", "assistant") == "assistant"
    if not follows or not (item.get("encrypted_content") or after.get("id")):
        id = item.get("id") or ""
        raise refusal(f"Item '{id}' of type 'reasoning' was provided without its required following item.", "input")


def no_item(id: str) -> ApiError:
    """The refusal of an item that is not kept. That it is the same for one that never was is not verified."""
    text = (
        f"Item with id '{id}' not found. Items are not persisted when `store` is set to false. "
        "Try again with `store` set to true, or remove this item from your input."
    )
    return ApiError(404, text, param="input")
