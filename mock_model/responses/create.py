"""Create: from the body of a request to a response, which is kept unless it says otherwise, and sent, streamed or whole.

A server that keeps nothing ignores `previous_response_id` and `conversation` without a word, as Ollama does (its
docs/api/openai-compatibility.mdx): its responses say so by `previous_response_id: null` and `store: false`. One that refuses
does it in the words of llama.cpp's server. Only OpenAI's keeps the history, and only there it can be continued.
"""

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
from mock_model.api.shapes import refusal
from mock_model.responses.events import as_sent, events_of
from mock_model.responses.items import Item, listed, stored
from mock_model.responses.kept import Turn
from mock_model.responses.objects import output_items, response_object, usage_of
from mock_model.responses.prompting import prompt_of
from mock_model.responses.serving import Serving
from mock_model.responses.validation import validate

STATE = ("previous_response_id", "conversation")
_NO_PART = ("input", "stream", "stream_options", "background")  # of what a response is known by


def create(server: Serving, request: httpx2.Request) -> httpx2.Response:
    """Answer `POST /v1/responses`."""
    model, body = validate(parse(request.content))
    body = without_state(server, body)
    earlier, given = earlier_items(server, body), input_items(server, body)
    turn, failure = respond(server, request, model, body, earlier, given)
    if failure != "drop" and turn.response["store"]:
        server.kept.keep(turn)
    return sent(request, body, turn.response, failure)


def without_state(server: Serving, body: dict[str, Any]) -> dict[str, Any]:
    """The body as this server takes it. Raises ApiError where it refuses to know of an earlier response."""
    if server.keeps == "all":
        return body
    named = next((name for name in STATE if body.get(name)), None)
    if server.keeps == "refuses" and named:
        raise refusal(f"llama.cpp does not support '{named}'.", None)
    return {name: value for name, value in body.items() if name not in STATE} | {"store": False}


def earlier_items(server: Serving, body: dict[str, Any]) -> tuple[Item, ...]:
    """The items that a request continues from. Raises ApiError where they are not kept."""
    id = body.get("previous_response_id")
    if id is None:
        return ()
    turn = server.kept.find(id)
    if turn is None:
        message = f"Previous response with id '{id}' not found."
        raise refusal(message, "previous_response_id", "previous_response_not_found")
    return turn.context


def input_items(server: Serving, body: dict[str, Any]) -> list[Item]:
    """The items of a request's own input, each reference replaced by what it refers to."""
    return [_referred(server, item) for item in listed(body.get("input"))]


def _referred(server: Serving, item: Item) -> Item:
    if item["type"] != "item_reference":
        return item
    found = server.kept.item(item["id"])
    if found is None:
        message = (
            f"Item with id '{item['id']}' not found. Items are not persisted when `store` is set to false. "
            "Try again with `store` set to true, or remove this item from your input."
        )
        raise bodies.ApiError(404, message, param="input")
    return found


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
