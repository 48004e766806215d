"""Responding: the response to a checked request: its prompt is counted, its reply is asked for, its object is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2

from mock_model.api.answering import answer
from mock_model.api.catalogue import Model
from mock_model.api.failures import raise_failure
from mock_model.api.prefixes import fingerprint, prompt_keys, request_id
from mock_model.responses.items import Item, stored
from mock_model.responses.kept import Turn
from mock_model.responses.objects import failed, output_items, response_object, usage_of
from mock_model.responses.prompting import prompt_of, reasoning_context, removed
from mock_model.responses.serving import Serving

_NO_PART = ("input", "stream", "stream_options", "background")  # of what a response is known by


def respond(
    server: Serving,
    request: httpx2.Request,
    model: Model,
    body: dict[str, Any],
    earlier: Sequence[Item],
    given: Sequence[Item],
) -> tuple[Turn, str | None]:
    """The response to a checked request that reads these items; it is not kept yet. With it comes the failure asked for.

    Raises ApiError for what does not fit, and what `fail_next` asked for.
    """
    items = [*earlier, *given]
    chat, prompt = prompt_of(model, body, items, server.context_window)
    failure = server.failures.next(response=True)
    if failure is not None:
        raise_failure(failure, request, model.name, prompt.total + (prompt.requested or 0))
    keys = prompt_keys(chat)
    id = _id(server, body, keys[-1])
    completion = answer(server.reply_to, model, chat, prompt, request_id(chat, keys[-1]), failure)
    use = server.cache.use(model, chat, keys, prompt.lengths)
    response = response_object(
        id,
        model,
        body | {"reasoning": {**body["reasoning"], "context": reasoning_context(model, body)}},
        server.kept.age(),
        output=output_items(id, model, completion, bool(body["reasoning"].get("summary"))),
        usage=usage_of(prompt.total, completion, use),
        cut=completion.finish_reason == "length",
    )
    if gone := removed(model, items):
        response["input_transformations"] = gone
    turn = Turn(response, tuple(earlier), tuple(stored(given, [id, "input"])))
    return (failed(turn) if failure == "failed" else turn), failure


def _id(server: Serving, body: dict[str, Any], prompt: bytes) -> str:
    """The id of a response: the same for the same request. What is kept is another one each time that it is asked for."""
    rest = {name: value for name, value in body.items() if name not in _NO_PART}
    seed = fingerprint(rest, prompt).hex()
    return f"resp_{fingerprint([seed, server.kept.number(seed)]).hex() if body.get('store', True) else seed}"
