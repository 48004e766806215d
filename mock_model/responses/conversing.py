"""Conversing: the requests about conversations and their items: made, looked at, added to, labelled, deleted."""

from __future__ import annotations

from typing import Any

import httpx2

from mock_model.api.bodies import json_response
from mock_model.api.entry import parse
from mock_model.api.parameters import check_metadata
from mock_model.api.shapes import Shape, check_shape, kind_of, missing, refusal
from mock_model.responses.item_shapes import HOSTED, check_item
from mock_model.responses.items import Item, listed
from mock_model.responses.looking_up import check_include, page
from mock_model.responses.reading import referred
from mock_model.responses.serving import Serving
from mock_model.responses.spelling import did_you_mean

MOST = 20  # items that are added at a time
_METADATA = Shape("a metadata object", nullable=True)
_ITEMS = Shape("an array of objects", nullable=True, may_be_empty=True, most=MOST, items=Shape("an object"))
CREATED = {"items": _ITEMS, "metadata": _METADATA}
UPDATED = {"metadata": Shape("a metadata object", required=True, nullable=True)}
ADDED = {"items": Shape("an array of objects", required=True, most=MOST, items=Shape("an object"))}


def create(server: Serving, request: httpx2.Request) -> httpx2.Response:
    """Answer `POST /v1/conversations`."""
    body = _checked(parse(request.content) if request.content else {}, CREATED)
    items = _items(server, body)
    made = server.conversations.make(items, body.get("metadata") or {}, server.kept.age())
    return json_response(made.shown())


def retrieve(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `GET /v1/conversations/{id}`."""
    return json_response(server.conversations.find(id).shown())


def update(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `POST /v1/conversations/{id}`: its labels become those of the request."""
    conversation = server.conversations.find(id)
    conversation.metadata = _checked(parse(request.content), UPDATED).get("metadata") or {}
    return json_response(conversation.shown())


def delete(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `DELETE /v1/conversations/{id}`: the conversation goes, its items stay."""
    server.conversations.delete(id)
    return json_response({"id": id, "object": "conversation.deleted", "deleted": True})


def list_items(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `GET /v1/conversations/{id}/items`."""
    items = server.conversations.find(id).items
    check_include(request.url.params)
    return json_response(page(items, request.url.params))


def add_items(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `POST /v1/conversations/{id}/items`: those that were added, as they are kept, in their order."""
    conversation = server.conversations.find(id)
    check_include(request.url.params)
    new = conversation.add(_items(server, _checked(parse(request.content), ADDED)))
    return json_response(page(new, {"order": "asc"}))


def retrieve_item(server: Serving, request: httpx2.Request, id: str, item: str) -> httpx2.Response:
    """Answer `GET /v1/conversations/{id}/items/{item}`."""
    check_include(request.url.params)
    return json_response(server.conversations.find(id).item(item))


def delete_item(server: Serving, request: httpx2.Request, id: str, item: str) -> httpx2.Response:
    """Answer `DELETE /v1/conversations/{id}/items/{item}` with the conversation that is left."""
    conversation = server.conversations.find(id)
    conversation.items.remove(conversation.item(item))
    return json_response(conversation.shown())


def _checked(body: Any, fields: dict[str, Shape]) -> dict[str, Any]:
    """The body without its nulls, against its parameters."""
    if not isinstance(body, dict):
        raise refusal(f"Invalid type: expected an object, but got {kind_of(body)} instead.", None, "invalid_type")
    for name in body:
        if name not in fields:
            raise refusal(f"Unknown parameter: '{name}'.{did_you_mean(name, fields)}", name, "unknown_parameter")
    for name, shape in fields.items():
        if name in body:
            check_shape(body[name], shape, name)
        elif shape.required:
            raise missing(name)
    if body.get("metadata"):
        check_metadata(body["metadata"])
    for i, item in enumerate(body.get("items") or ()):
        check_item(item, f"items[{i}]")
    return {name: value for name, value in body.items() if value is not None}


def _items(server: Serving, body: dict[str, Any]) -> list[Item]:
    """The items of a request, each reference replaced by what it refers to. Raises ApiError for those that are not kept here."""
    items = [referred(server, item) for item in listed(body.get("items"))]
    for i, item in enumerate(items):
        if item["type"] in HOSTED or item["type"] == "compaction_trigger":
            text = f"Items of type '{item['type']}' are not supported here: the offline model keeps what it can read."
            raise refusal(text, f"items[{i}]", "unsupported_value")
    return items
