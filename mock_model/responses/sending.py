"""Sending: a response as it goes over the wire, whole or as a stream of events, or broken off where that was asked for."""

from __future__ import annotations

from typing import Any

import httpx2

from mock_model.api.bodies import json_response
from mock_model.api.failures import BrokenStream, connection_lost
from mock_model.responses.events import as_sent, events_of
from mock_model.responses.kept import Turn

_HEADERS = {"content-type": "text/event-stream; charset=utf-8"}


def sent(request: httpx2.Request, body: dict[str, Any], turn: Turn, failure: str | None) -> httpx2.Response:
    """The answer to a request for a response. Raises what a network raises when the failure is "drop"."""
    if not body.get("stream"):
        if failure == "drop":
            raise connection_lost(request)
        return json_response(turn.response)
    events = _sent_events(turn, body.get("stream_options"))
    if failure == "drop":
        return httpx2.Response(200, headers=_HEADERS, stream=BrokenStream(events, request))
    return httpx2.Response(200, headers=_HEADERS, content=b"".join(events))


def streamed(turn: Turn, options: dict[str, Any] | None, first: int) -> httpx2.Response:
    """The stream of a response once more, from this event on."""
    return httpx2.Response(200, headers=_HEADERS, content=b"".join(_sent_events(turn, options)[first:]))


def _sent_events(turn: Turn, options: dict[str, Any] | None) -> list[bytes]:
    return [as_sent(event, options) for event in events_of(turn.response, turn.begun)]
