"""Create: from the body of a request to a response, which is kept unless it says otherwise, and sent, streamed or whole."""

from __future__ import annotations

import httpx2

from mock_model.api.entry import parse
from mock_model.responses.reading import check_items, earlier_items, input_items, without_state
from mock_model.responses.responding import respond
from mock_model.responses.sending import sent
from mock_model.responses.serving import Serving
from mock_model.responses.validation import validate


def create(server: Serving, request: httpx2.Request) -> httpx2.Response:
    """Answer `POST /v1/responses`."""
    model, body = validate(parse(request.content))
    body = without_state(server, body)
    earlier, given = earlier_items(server, body), input_items(server, body)
    check_items(server, model, body, earlier, given)
    turn, failure = respond(server, request, model, body, earlier, given)
    if failure != "drop" and turn.response["store"]:
        server.kept.keep(turn)
    return sent(request, body, turn, failure)
