"""Responding: the response to a checked request: its prompt is counted, its reply is asked for, its object is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx2

from mock_model.api.answering import answers
from mock_model.api.catalogue import Model
from mock_model.api.completion import Completion
from mock_model.api.failures import raise_failure
from mock_model.api.prefixes import fingerprint, prompt_keys, request_id
from mock_model.api.window import Prompt
from mock_model.responses.compacting import TRIGGER, compacted_where_due, is_triggered
from mock_model.responses.items import Item, stored
from mock_model.responses.kept import Turn
from mock_model.responses.objects import begun, failed, output_items, response_object, sum_of, usage_of
from mock_model.responses.prompting import overflow, prompt_of, reasoning_context, removed
from mock_model.responses.serving import Serving

_NO_PART = ("input", "stream", "stream_options", "background")  # of what a response is known by


class Asked(NamedTuple):
    """A checked request, with the items that it reads, its prompt, and the id that its response has."""

    model: Model
    body: dict[str, Any]
    earlier: Sequence[Item]
    given: Sequence[Item]
    chat: dict[str, Any]
    prompt: Prompt
    id: str


def respond(
    server: Serving,
    request: httpx2.Request,
    model: Model,
    body: dict[str, Any],
    earlier: Sequence[Item],
    given: Sequence[Item],
) -> tuple[Asked, str | None]:
    """What a checked request that reads these items asks for, and with it the failure that was asked for, if any.

    Raises ApiError for what does not fit, and what `fail_next` asked for.
    """
    chat, prompt = prompt_of(model, body, [*earlier, *given], server.context_window)
    failure = server.failures.next(response=True)
    if failure == "overflow":
        raise overflow()
    if failure is not None:
        raise_failure(failure, request, model.name, prompt.total + (prompt.requested or 0))
    return Asked(model, body, earlier, given, chat, prompt, _id(server, body, prompt_keys(chat)[-1])), failure


def queued(server: Serving, asked: Asked) -> Turn:
    """The response before anybody has begun to make it."""
    return _turn(asked, begun(_object(server, asked, [], None, cut=False), "queued"))


def answered(server: Serving, asked: Asked, failure: str | None) -> Turn:
    """The response. First the conversation is compacted, if the request asks for that."""
    model, body, chat, prompt = asked.model, asked.body, asked.chat, asked.prompt
    items, output = [*asked.earlier, *asked.given], []
    usages: list[dict[str, Any]] = []
    cut = False
    if done := compacted_where_due(server, model, body, items, prompt.total, asked.id):
        usages.append(_usage(server, model, chat, prompt, done.summary))
        output.append(done.item)
        chat, prompt = prompt_of(model, body, [*items, done.item], server.context_window)
    if not is_triggered(asked.given):
        call = request_id(chat, prompt_keys(chat)[-1])
        (completion,) = answers(server.reply_to, model, chat, prompt, call, failure)
        usages.append(_usage(server, model, chat, prompt, completion))
        output += output_items(asked.id, model, completion, bool(body["reasoning"].get("summary")))
        cut = completion.finish_reason == "length"
    response = _object(server, asked, output, sum_of(usages), cut=cut)
    if gone := removed(model, items):
        response["input_transformations"] = gone
    turn = _turn(asked, response)
    return failed(turn) if failure == "failed" else turn


def _object(
    server: Serving, asked: Asked, output: list[Item], usage: dict[str, Any] | None, *, cut: bool
) -> dict[str, Any]:
    body = asked.body
    shown = body | {"reasoning": {**body["reasoning"], "context": reasoning_context(asked.model, body)}}
    return response_object(asked.id, asked.model, shown, server.kept.age(), output=output, usage=usage, cut=cut)


def _turn(asked: Asked, response: dict[str, Any]) -> Turn:
    said = [item for item in asked.given if item["type"] != TRIGGER]
    return Turn(response, tuple(asked.earlier), tuple(stored(said, [asked.id, "input"])))


def _usage(
    server: Serving, model: Model, chat: dict[str, Any], prompt: Prompt, completion: Completion
) -> dict[str, Any]:
    return usage_of(prompt.total, completion, server.cache.use(model, chat, prompt_keys(chat), prompt.lengths))


def _id(server: Serving, body: dict[str, Any], prompt: bytes) -> str:
    """The id of a response: the same for the same request. What is kept is another one each time that it is asked for."""
    rest = {name: value for name, value in body.items() if name not in _NO_PART}
    seed = fingerprint(rest, prompt).hex()
    kept = body.get("store", True) or body.get("background")
    return f"resp_{fingerprint([seed, server.kept.number(seed)]).hex() if kept else seed}"
