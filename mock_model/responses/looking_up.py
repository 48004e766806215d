"""Looking up: what a server shows of the responses that it keeps, what it forgets, and what a request would cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2

from mock_model.api.bodies import ApiError, json_response
from mock_model.api.entry import parse
from mock_model.api.shapes import Shape, check_shape, refusal
from mock_model.responses.background import cancelled, step, streamed_again
from mock_model.responses.fields import COUNTED, FIELDS
from mock_model.responses.items import Item
from mock_model.responses.kept import Turn
from mock_model.responses.prompting import prompt_of
from mock_model.responses.reading import items_of, without_state
from mock_model.responses.serving import Serving
from mock_model.responses.validation import validate

USUAL, MOST = 20, 100  # items of a page


def retrieve(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `GET /v1/responses/{id}`. One in the background has come a step further."""
    turn, params = find(server, id), request.url.params
    check_include(params)
    if params.get("stream") == "true":
        return streamed_again(server, turn, params)
    return json_response(step(server, turn).response)


def cancel(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `POST /v1/responses/{id}/cancel`."""
    return json_response(cancelled(server, find(server, id)).response)


def delete(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `DELETE /v1/responses/{id}`: that one response goes, no other of its chain."""
    find(server, id)
    server.kept.delete(id)
    return json_response({"id": id, "object": "response", "deleted": True})


def list_input_items(server: Serving, request: httpx2.Request, id: str) -> httpx2.Response:
    """Answer `GET /v1/responses/{id}/input_items`: the items that the response was made from.

    Those of the chain before it are among them, as with Microsoft's server for the same protocol; for OpenAI's it is not
    verified.
    """
    turn = find(server, id)
    check_include(request.url.params)
    return json_response(page([*turn.earlier, *turn.input], request.url.params))


def count_input_tokens(server: Serving, request: httpx2.Request) -> httpx2.Response:
    """Answer `POST /v1/responses/input_tokens`: what a request would cost, the chain that it continues too."""
    model, body = validate(parse(request.content), COUNTED, any_model=server.any_model)
    body = without_state(server, body)
    earlier, given = items_of(server, model, body)
    _, prompt = prompt_of(model, body, [*earlier, *given], server.context_window)
    return json_response({"object": "response.input_tokens", "input_tokens": prompt.total})


def find(server: Serving, id: str) -> Turn:
    """A response that is kept. Raises ApiError where there is none."""
    turn = server.kept.find(id)
    if turn is None:
        raise ApiError(404, f"Response with id '{id}' not found.")
    return turn


def page(items: Sequence[Item], asked: Any) -> dict[str, Any]:
    """A page of items as a request asks for it: the newest first unless `order` is "asc", those after the one named."""
    order = asked.get("order", "desc")
    if order not in ("asc", "desc"):
        raise refusal(f"Invalid value: '{order}'. Supported values are: 'asc' and 'desc'.", "order", "invalid_value")
    limit = _limit(asked.get("limit", str(USUAL)))
    rest = list(items) if order == "asc" else list(reversed(items))
    if after := asked.get("after"):
        places = [at for at, item in enumerate(rest) if item["id"] == after]
        if not places:  # its wording is not verified
            raise refusal(f"Item with id '{after}' not found.", "after")
        rest = rest[places[-1] + 1 :]
    shown = rest[:limit]
    ids = [item["id"] for item in shown] or [""]
    return {
        "object": "list",
        "data": shown,
        "first_id": ids[0],
        "last_id": ids[-1],
        "has_more": len(rest) > limit,
    }


def check_include(params: Any) -> None:
    """Raise the ApiError for something that `include` cannot add; what it can is there anyway, or of hosted tools."""
    wanted = [value for key in ("include", "include[]") for value in params.get_list(key)]
    if wanted:
        check_shape(wanted, FIELDS["include"], "include")


def _limit(given: str) -> int:
    try:
        limit = int(given)
    except ValueError:
        message = "Invalid type for 'limit': expected an integer, but got a string instead."
        raise refusal(message, "limit", "invalid_type") from None
    check_shape(limit, Shape("an integer", low=1, high=MOST), "limit")
    return limit
