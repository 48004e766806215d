"""Create: from the body of a request to a response, which is kept unless it says otherwise, and sent, streamed or whole."""

from __future__ import annotations

import httpx2

from mock_model.api.entry import parse
from mock_model.responses.background import begin, finish
from mock_model.responses.reading import check_whole, items_of, without_state
from mock_model.responses.responding import answered, respond
from mock_model.responses.sending import sent
from mock_model.responses.serving import Serving
from mock_model.responses.validation import validate


def create(server: Serving, request: httpx2.Request) -> httpx2.Response:
    """Answer `POST /v1/responses`."""
    model, body = validate(parse(request.content), any_model=server.any_model)
    body = without_state(server, body)
    earlier, given = items_of(server, model, body)
    check_whole(server, earlier, given)
    asked, failure = respond(server, request, model, body, earlier, given)
    if body.get("background"):
        return begin(server, request, asked, failure)
    turn = answered(server, asked, failure)
    if failure != "drop":
        finish(server, turn)
    return sent(request, body, turn, failure)
