"""Reading: the items that a request is answered from: what the server keeps of the conversation, and the request's own.

A server that keeps nothing ignores `previous_response_id` and `conversation` without a word, as Ollama does (its
docs/api/openai-compatibility.mdx): its responses say so by `previous_response_id: null` and `store: false`. One that refuses
does it in the words of llama.cpp's server. Only OpenAI's keeps the history, and only there it can be continued.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_model.api.bodies import ApiError
from mock_model.api.catalogue import Model
from mock_model.api.shapes import refusal
from mock_model.responses.belonging import check_belonging, check_named, no_item
from mock_model.responses.compaction import expanded, held_by
from mock_model.responses.items import Item, listed, messages_of, reasoning_of
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
    """The items that a request continues from. Raises ApiError where they are not kept; no prompts are."""
    conversation, prompt, id = (body.get(name) for name in ("conversation", "prompt", "previous_response_id"))
    found: tuple[Item, ...] = ()
    if conversation:
        named = server.conversations.find(id_of(conversation))
        named.check_room(len(listed(body.get("input"))) + 1)
        found = tuple(named.items)
    if prompt:  # its wording is not verified
        raise ApiError(404, f"Prompt with id '{prompt.get('id')}' not found. The offline model keeps no prompts.")
    if id is None:
        return found
    turn = server.kept.find(id)
    if turn is None or not turn.response["store"]:
        message = f"Previous response with id '{id}' not found."
        raise refusal(message, "previous_response_id", "previous_response_not_found")
    if turn.response["status"] in ("queued", "in_progress"):  # what OpenAI does then is not verified
        raise refusal(f"Previous response with id '{id}' is not done yet.", "previous_response_id")
    return turn.context


def id_of(conversation: str | dict[str, Any]) -> str:
    """The id of the conversation that a request names, in either form."""
    return conversation if isinstance(conversation, str) else str(conversation["id"])


def input_items(server: Serving, body: dict[str, Any]) -> list[Item]:
    """The items of a request's own input, each reference replaced by what it refers to.

    Raises ApiError for a reference to nothing, and for sealed content that this server did not seal.
    """
    items = listed(body.get("input"))
    check_named(items)
    return [referred(server, item) for item in items]


def referred(server: Serving, item: Item) -> Item:
    """What an item stands for that has only an id: a reference, or reasoning without its content; any other as it is.

    Raises ApiError where that is not kept, and for sealed content that this server did not seal.
    """
    if item["type"] == "compaction":
        held_by(item)
    elif item["type"] == "reasoning" and item.get("encrypted_content"):
        reasoning_of(item)
    elif item["type"] in ("item_reference", "reasoning"):
        id = item.get("id") or ""
        found = server.kept.item(id) or server.conversations.item(id)
        if found is None:
            raise no_item(id)
        return found
    return item


def items_of(server: Serving, model: Model, body: dict[str, Any]) -> tuple[tuple[Item, ...], list[Item]]:
    """The items that a request reads: those that the server keeps, and its own. Raises ApiError for what is not supported."""
    earlier, given = earlier_items(server, body), input_items(server, body)
    check_supported(model, body, given, messages_of([*expanded(earlier), *given]))
    return earlier, given


def check_whole(server: Serving, earlier: Sequence[Item], given: Sequence[Item]) -> None:
    """Raise the ApiError for items that lack what they belong to."""
    check_belonging(expanded(earlier), given, server.kept.reasoning_before)
