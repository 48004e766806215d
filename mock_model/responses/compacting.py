"""Compacting: when a server makes a compaction, what it costs, and `POST /v1/responses/compact`.

The model reads the conversation and writes its summary; then the answer is made from what is left. Both are read, written and
billed: a response that compacts has the tokens of both in its `usage`. That OpenAI counts so is not verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx2

from mock_model.api.answering import answers
from mock_model.api.bodies import CREATED, json_response
from mock_model.api.catalogue import Model
from mock_model.api.completion import Completion
from mock_model.api.entry import parse
from mock_model.api.failures import connection_lost, raise_failure
from mock_model.api.prefixes import fingerprint, prompt_keys
from mock_model.api.shapes import refusal
from mock_model.api.window import Prompt, count
from mock_model.responses.compaction import (
    LEAST,
    MOST,
    SHARE,
    Compacted,
    Parts,
    request_for,
    taken_apart,
    users_of,
)
from mock_model.responses.fields import COMPACTED
from mock_model.responses.items import Item, item_id, messages_of, stored
from mock_model.responses.objects import usage_of
from mock_model.responses.prompting import prompt_of
from mock_model.responses.reading import items_of, without_state
from mock_model.responses.serving import Serving
from mock_model.responses.validation import validate

TRIGGER = "compaction_trigger"
_USUAL = 0.8  # of the window, where `compact_threshold` is left open; what OpenAI takes is not verified


class Done(NamedTuple):
    """A compaction: its item, and the model's summary as it was written, for what it cost."""

    item: Item
    summary: Completion


def is_triggered(given: Sequence[Item]) -> bool:
    """Whether the last item asks for a compaction, and for nothing else. Raises ApiError where one stands before the end."""
    if any(item["type"] == TRIGGER for item in given[:-1]):
        raise refusal(f"An item of type '{TRIGGER}' must be the last item of 'input'.", "input")  # not verified
    return bool(given) and given[-1]["type"] == TRIGGER


def compacted_where_due(
    server: Serving, model: Model, body: dict[str, Any], items: Sequence[Item], tokens: int, id: str
) -> Done | None:
    """The compaction of a conversation of so many tokens, if the request asks for it and there is something to compact."""
    triggered = is_triggered(items)
    if not triggered and tokens <= _threshold(server, model, body):
        return None
    parts = taken_apart(items, users_apart=False)
    return compact(server, model, parts, id, alone=True) if parts.old or triggered else None


def _threshold(server: Serving, model: Model, body: dict[str, Any]) -> float:
    """The tokens over which a conversation is compacted."""
    window = server.context_window or model.context_window
    asked = [rule.get("compact_threshold") or window * _USUAL for rule in body.get("context_management", ())]
    return min(asked, default=float("inf"))


def compact(server: Serving, model: Model, parts: Parts, id: str, *, alone: bool) -> Done:
    """Let the model summarise what is old, and seal it with what stays. With the user's messages it is not billed again."""
    summary, whole = Completion(parts.summary, (), "", "stop", 0, 0), parts.summary
    if parts.old:
        summary = _summary(server, model, parts.summary, parts.old, id)
    if parts.talk:
        whole = _summary(server, model, parts.summary, parts.talk, id).content or ""
    sealed = Compacted(alone, parts.instructions, summary.content or "", parts.turn, whole).sealed()
    return Done({"id": item_id("compaction", id, 0), "type": "compaction", "encrypted_content": sealed}, summary)


def _summary(server: Serving, model: Model, before: str, old: Sequence[Item], id: str) -> Completion:
    """The model's summary of these items, and of the summary before."""
    size = count(model, {"model": model.name, "messages": messages_of(old)}).total
    limit = min(max(size // SHARE, LEAST), MOST)
    chat = request_for(model.name, before, old, limit)
    return answers(server.reply_to, model, chat, Prompt(size, [size], limit, limit), id, None)[0]


def answer_compact(server: Serving, request: httpx2.Request) -> httpx2.Response:
    """Answer `POST /v1/responses/compact`: the messages of the user, and one compaction of all the rest. Nothing is kept."""
    model, body = validate(parse(request.content), COMPACTED, any_model=server.any_model)
    body = without_state(server, body)
    earlier, given = items_of(server, model, body)
    items = [*earlier, *given]
    chat, prompt = prompt_of(model, body, items, server.context_window)
    failure = server.failures.next(words=False)
    if failure is not None:
        raise_failure(failure, request, model.name, prompt.total)
        raise connection_lost(request)
    keys = prompt_keys(chat)
    seed = fingerprint([body.get("instructions"), "compact"], keys[-1]).hex()
    id = f"resp_{fingerprint([seed, server.kept.number(seed)]).hex()}"
    done = compact(server, model, taken_apart(items, users_apart=True), id, alone=False)
    whole = {
        "id": id,
        "object": "response.compaction",
        "created_at": CREATED + server.kept.age(),
        "output": [*stored(users_of(items), id), done.item],
        "usage": usage_of(prompt.total, done.summary, server.cache.use(model, chat, keys, prompt.lengths)),
    }
    return json_response(whole)
