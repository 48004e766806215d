"""Reading: the items that a request is answered from: what the server keeps of the conversation, and the request's own.

A server that keeps nothing ignores `previous_response_id` and `conversation` without a word, as Ollama does (its
docs/api/openai-compatibility.mdx): its responses say so by `previous_response_id: null` and `store: false`. One that refuses
does it in the words of llama.cpp's server. Only OpenAI's keeps the history, and only there it can be continued.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_model.api.catalogue import Model
from mock_model.api.shapes import refusal
from mock_model.responses.belonging import check_belonging, no_item
from mock_model.responses.compaction import check_sealed, expanded
from mock_model.responses.items import Item, listed, messages_of
from mock_model.responses.serving import Serving
from mock_model.responses.validation import check_supported

STATE = ("previous_response_id", "conversation")


def without_state(server: Serving, body: dict[str, Any]) -> dict[str, Any]:
    """The body as this server takes it. Raises ApiError where it refuses to know of an earlier response."""
    if server.keeps == "all":
        return body
    named = next((name for name in STATE if body.get(name)), None)
    if server.keeps == "refuses" and named:
        raise refusal(f"llama.cpp does not support '{named}'.", None)
    return {name: value for name, value in body.items() if name not in STATE} | {"store": False}


def earlier_items(server: Serving, body: dict[str, Any]) -> tuple[Item, ...]:
    """The items that a request continues from. Raises ApiError where they are not kept."""
    id = body.get("previous_response_id")
    if id is None:
        return ()
    turn = server.kept.find(id)
    if turn is None:
        message = f"Previous response with id '{id}' not found."
        raise refusal(message, "previous_response_id", "previous_response_not_found")
    return turn.context


def input_items(server: Serving, body: dict[str, Any]) -> list[Item]:
    """The items of a request's own input, each reference replaced by what it refers to.

    Raises ApiError for a reference to nothing, and for sealed content that this server did not seal.
    """
    items = [_referred(server, item) for item in listed(body.get("input"))]
    for item in items:
        check_sealed(item)
    return items


def _referred(server: Serving, item: Item) -> Item:
    if item["type"] != "item_reference":
        return item
    found = server.kept.item(item["id"])
    if found is None:
        raise no_item(item["id"])
    return found


def check_items(
    server: Serving, model: Model, body: dict[str, Any], earlier: Sequence[Item], given: Sequence[Item]
) -> None:
    """Raise the ApiError for items that lack what they belong to, and for what the model does not support."""
    for item in given:
        lost = item["type"] == "reasoning" and not item.get("encrypted_content")
        if lost and not server.kept.item(item.get("id") or ""):
            raise no_item(item.get("id") or "")
    before = expanded(earlier)
    check_belonging(before, given, server.kept.reasoning_before())
    check_supported(model, body, given, messages_of([*before, *given]))
