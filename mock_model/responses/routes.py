"""Routes: which path and method is answered by what."""

from __future__ import annotations

import re

import httpx2

from mock_model.api.bodies import ApiError
from mock_model.api.entry import check_method
from mock_model.responses import create, looking_up
from mock_model.responses.serving import Serving

_ID = "([^/]+)"
ROUTES = {
    "/v1/responses": {"POST": create.create},
    "/v1/responses/input_tokens": {"POST": looking_up.count_input_tokens},
    f"/v1/responses/{_ID}": {"GET": looking_up.retrieve, "DELETE": looking_up.delete},
    f"/v1/responses/{_ID}/input_items": {"GET": looking_up.list_input_items},
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
            return handlers[method](server, request, *found.groups())
    raise ApiError(404, f"Invalid URL ({method} {path}).")
