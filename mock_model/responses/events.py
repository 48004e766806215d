"""Events: a response as it is streamed: what happens to it, piece by piece, each with its number and its type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mock_model.api.bodies import pieces
from mock_model.responses.items import Item
from mock_model.responses.objects import begun

Event = dict[str, Any]

_compact = json.JSONEncoder(separators=(",", ":")).encode


def events_of(response: dict[str, Any], options: dict[str, Any] | None = None) -> list[Event]:
    """All events of a response that is done, in their order."""
    events = list(_happening(response))
    for number, event in enumerate(events):
        event["sequence_number"] = number
    return events


def as_sent(event: Event) -> bytes:
    """An event as it goes over the wire."""
    return f"event: {event['type']}\ndata: {_compact(event)}\n\n".encode()


def _happening(response: dict[str, Any]) -> Iterator[Event]:
    start = begun(response)
    yield {"type": "response.created", "response": start}
    yield {"type": "response.in_progress", "response": start}
    for place, item in enumerate(response["output"]):
        yield {"type": "response.output_item.added", "output_index": place, "item": _empty(item)}
        for event in _filled(item):
            yield {**event, "item_id": item["id"], "output_index": place}
        yield {"type": "response.output_item.done", "output_index": place, "item": item}
    yield {"type": f"response.{response['status']}", "response": response}


def _empty(item: Item) -> Item:
    """An item before anything of it was said."""
    nothing: Item = {"status": "in_progress"} if "status" in item else {}
    for key, empty in (("content", []), ("summary", []), ("arguments", ""), ("input", "")):
        if key in item:
            nothing[key] = empty
    return item | nothing


def _filled(item: Item) -> Iterator[Event]:
    """The events between the first and the last of an item."""
    if item["type"] == "message":
        for at, part in enumerate(item["content"]):
            yield from ({**event, "content_index": at} for event in _part(part))
    elif item["type"] == "function_call":
        yield from _text("response.function_call_arguments", "arguments", item["arguments"])
    elif item["type"] == "custom_tool_call":
        yield from _text("response.custom_tool_call_input", "input", item["input"])
    elif item["type"] == "reasoning":
        for at, part in enumerate(item["summary"]):
            yield from ({**event, "summary_index": at} for event in _summary(part))


def _part(part: dict[str, Any]) -> Iterator[Event]:
    kind, key = part["type"], "refusal" if part["type"] == "refusal" else "text"
    more = {} if kind == "refusal" else {"logprobs": []}
    yield {"type": "response.content_part.added", "part": {**part, key: ""}}
    yield from _text(f"response.{kind}", key, part[key], more)
    yield {"type": "response.content_part.done", "part": part}


def _summary(part: dict[str, Any]) -> Iterator[Event]:
    yield {"type": "response.reasoning_summary_part.added", "part": {**part, "text": ""}}
    yield from _text("response.reasoning_summary_text", "text", part["text"])
    yield {"type": "response.reasoning_summary_part.done", "part": part}


def _text(start: str, key: str, text: str, more: dict[str, Any] | None = None) -> Iterator[Event]:
    """A text, word by word, and then as a whole."""
    for word in pieces(text):
        yield {"type": f"{start}.delta", "delta": word, **(more or {})}
    yield {"type": f"{start}.done", key: text, **(more or {})}
