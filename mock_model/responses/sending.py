"""Sending: a response as it goes over the wire, whole or as a stream of events, or broken off where that was asked for."""

from __future__ import annotations

from typing import Any

import httpx2

from mock_model.api.bodies import json_response
from mock_model.api.failures import BrokenStream, connection_lost
from mock_model.responses.events import as_sent, events_of
from mock_model.responses.kept import Turn


def sent(request: httpx2.Request, body: dict[str, Any], turn: Turn, failure: str | None) -> httpx2.Response:
    """The answer to a request for a response. Raises what a network raises when the failure is "drop"."""
    if not body.get("stream"):
        if failure == "drop":
            raise connection_lost(request)
        return json_response(turn.response)
    options = body.get("stream_options")
    events = [as_sent(event, options) for event in events_of(turn.response, turn.begun)]
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    if failure == "drop":
        return httpx2.Response(200, headers=headers, stream=BrokenStream(events, request))
    return httpx2.Response(200, headers=headers, content=b"".join(events))
