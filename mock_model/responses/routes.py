"""Routes: which path and method is answered by what."""

from __future__ import annotations

import re

import httpx2

from mock_model.api.bodies import ApiError
from mock_model.api.entry import check_method
from mock_model.responses import compacting, conversing, create, looking_up
from mock_model.responses.serving import Serving

_ID = "([^/]+)"
ROUTES = {
    "/v1/responses": {"POST": create.create},
    "/v1/responses/input_tokens": {"POST": looking_up.count_input_tokens},
    "/v1/responses/compact": {"POST": compacting.answer_compact},
    f"/v1/responses/{_ID}": {"GET": looking_up.retrieve, "DELETE": looking_up.delete},
    f"/v1/responses/{_ID}/input_items": {"GET": looking_up.list_input_items},
    f"/v1/responses/{_ID}/cancel": {"POST": looking_up.cancel},
    "/v1/conversations": {"POST": conversing.create},
    f"/v1/conversations/{_ID}": {
        "GET": conversing.retrieve,
        "POST": conversing.update,
        "DELETE": conversing.delete,
    },
    f"/v1/conversations/{_ID}/items": {"GET": conversing.list_items, "POST": conversing.add_items},
    f"/v1/conversations/{_ID}/items/{_ID}": {"GET": conversing.retrieve_item, "DELETE": conversing.delete_item},
}


def is_here(path: str) -> bool:
    """Whether a path belongs to responses."""
    return any(re.fullmatch(pattern, path) for pattern in ROUTES)


def route(server: Serving, request: httpx2.Request, method: str, path: str) -> httpx2.Response:
    """Answer a request to one of these paths. Raises ApiError for another method."""
    for pattern, handlers in ROUTES.items():
        if found := re.fullmatch(pattern, path):
            if method not in handlers:
                check_method(method, " and ".join(handlers), path)
            if path.startswith("/v1/conversations") and server.keeps != "all":
                raise ApiError(404, f"Invalid URL ({method} {path}). This server keeps no conversations.")
            return handlers[method](server, request, *found.groups())
    raise ApiError(404, f"Invalid URL ({method} {path}).")
