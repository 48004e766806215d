"""What belongs together: a call and its output, a piece of reasoning and what the model did next; and no item stands twice.

Wordings are those of the live API, as its users report them (https://github.com/james-6-23/codex2api/issues/414,
https://github.com/continuedev/continue/issues/8933, .../10723, .../11309), but for what is marked as not verified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mock_model.api.bodies import ApiError
from mock_model.api.shapes import refusal

Item = dict[str, Any]
OF_MODEL = ("message", "function_call", "custom_tool_call", "compaction")  # what can follow reasoning
_OUTPUT = "_output"


def check_belonging(before: Sequence[Item], given: Sequence[Item], reasoned: Callable[[str], str | None]) -> None:
    """Raise the ApiError for the first item that lacks what it belongs to.

    `given` are the items of a request, `before` those that the server puts before them. `reasoned` tells, for the
    id of an item that the server keeps, the id of the reasoning right before it.
    """
    _check_once([*before, *given])
    _check_calls([*before, *given])
    for i, item in enumerate(given):
        if item["type"] == "reasoning":
            _check_followed(item, given[i + 1 :])
    there = {item.get("id") for item in [*before, *given]}
    for item in given:
        needed = reasoned(item.get("id") or "")
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
    """Each output has its call before it, and each call one output.

    Not verified: the wordings for custom tools, and that OpenAI refuses what is there twice, with which words. A call id may
    be used again once its first call has its output.
    """
    called: dict[str, Item] = {}
    answered: set[str] = set()
    for item in items:
        kind = item["type"]
        if kind in ("function_call", "custom_tool_call"):
            id = item["call_id"]
            if id in called and id not in answered:
                raise refusal(f"Duplicate tool call found with call_id {id}.", "input")
            called[id] = item
            answered.discard(id)
        elif kind.endswith(_OUTPUT):
            id, call = item["call_id"], kind.removesuffix(_OUTPUT)
            if id not in called or called[id]["type"] != call:
                raise refusal(f"No tool call found for {_named(call)} output with call_id {id}.", "input")
            if id in answered:
                raise refusal(f"Duplicate tool output found with call_id {id}.", "input")
            answered.add(id)
    for id, item in called.items():
        if id not in answered:
            raise refusal(f"No tool output found for {_named(item['type'])} {id}.", "input")


def _named(call: str) -> str:
    return "function call" if call == "function_call" else "custom tool call"


def check_named(given: Sequence[Item]) -> None:
    """Raise the ApiError for reasoning of which only the id is there, before an item whose id is not."""
    for i, item in enumerate(given):
        if item["type"] == "reasoning" and not item.get("encrypted_content"):
            _check_followed(item, given[i + 1 :], named=True)


def _check_followed(item: Item, rest: Sequence[Item], *, named: bool = False) -> None:
    """Reasoning is followed by what it led to. That any item of the model will do is not verified."""
    after = next((other for other in rest if other["type"] != "reasoning"), {"type": ""})
    follows = after["type"] in OF_MODEL and after.get("role", "assistant") == "assistant"
    if named:
        follows = after["type"] == "item_reference" or (follows and bool(after.get("id")))
    if not follows:
        id = item.get("id") or ""
        raise refusal(f"Item '{id}' of type 'reasoning' was provided without its required following item.", "input")


def no_item(id: str) -> ApiError:
    """The refusal of an item that is not kept. That it is the same for one that never was is not verified."""
    text = (
        f"Item with id '{id}' not found. Items are not persisted when `store` is set to false. "
        "Try again with `store` set to true, or remove this item from your input."
    )
    return ApiError(404, text, param="input")
