"""Create: from the body of a request to a response, which is kept unless it says otherwise, and sent, streamed or whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2

from mock_model.api import bodies
from mock_model.api.answering import answer
from mock_model.api.catalogue import Model
from mock_model.api.entry import parse
from mock_model.api.failures import BrokenStream, connection_lost, raise_failure
from mock_model.api.prefixes import fingerprint, prompt_keys
from mock_model.responses.events import as_sent, events_of
from mock_model.responses.items import Item, stored
from mock_model.responses.kept import Turn
from mock_model.responses.objects import output_items, response_object, usage_of
from mock_model.responses.prompting import prompt_of
from mock_model.responses.reading import check_items, earlier_items, input_items, without_state
from mock_model.responses.serving import Serving
from mock_model.responses.validation import validate

_NO_PART = ("input", "stream", "stream_options", "background")  # of what a response is known by


def create(server: Serving, request: httpx2.Request) -> httpx2.Response:
    """Answer `POST /v1/responses`."""
    model, body = validate(parse(request.content))
    body = without_state(server, body)
    earlier, given = earlier_items(server, body), input_items(server, body)
    check_items(server, model, body, earlier, given)
    turn, failure = respond(server, request, model, body, earlier, given)
    if failure != "drop" and turn.response["store"]:
        server.kept.keep(turn)
    return sent(request, body, turn.response, failure)


def respond(
    server: Serving,
    request: httpx2.Request,
    model: Model,
    body: dict[str, Any],
    earlier: Sequence[Item],
    given: Sequence[Item],
) -> tuple[Turn, str | None]:
    """Ask for the response to a checked request; it is not kept yet. With it comes the failure that was asked for, if any.

    Raises ApiError for what does not fit, and what `fail_next` asked for.
    """
    chat, prompt = prompt_of(model, body, [*earlier, *given], server.context_window)
    failure = server.failures.next()
    if failure is not None:
        raise_failure(failure, request, model.name, prompt.total + (prompt.requested or 0))
    keys = prompt_keys(chat)
    rest = {name: value for name, value in body.items() if name not in _NO_PART}
    seed = fingerprint(rest, keys[-1]).hex()
    id = f"resp_{fingerprint([seed, server.kept.number(seed)]).hex()}"
    completion = answer(server.reply_to, model, chat, prompt, id, failure)
    use = server.cache.use(model, chat, keys, prompt.lengths)
    output = output_items(id, model, completion, bool(body["reasoning"].get("summary")))
    response = response_object(
        id,
        body,
        server.kept.age(),
        output=output,
        usage=usage_of(prompt.total, completion, use),
        cut=completion.finish_reason == "length",
    )
    return Turn(response, tuple(earlier), tuple(stored(given, [id, "input"]))), failure


def sent(
    request: httpx2.Request, body: dict[str, Any], response: dict[str, Any], failure: str | None
) -> httpx2.Response:
    """A response as it goes over the wire: whole, or as a stream of events; broken off where that is the failure."""
    if not body.get("stream"):
        if failure == "drop":
            raise connection_lost(request)
        return bodies.json_response(response)
    events = [as_sent(event) for event in events_of(response, body.get("stream_options"))]
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    if failure == "drop":
        return httpx2.Response(200, headers=headers, stream=BrokenStream(events, request))
    return httpx2.Response(200, headers=headers, content=b"".join(events))
