"""Events: a response as it is streamed: what happens to it, piece by piece, each with its number and its type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from mock_model.api.bodies import obfuscated, pieces
from mock_model.responses.items import Item
from mock_model.responses.objects import begun

Event = dict[str, Any]

_compact = json.JSONEncoder(separators=(",", ":")).encode


def events_of(response: dict[str, Any], before_failure: Sequence[Item] = ()) -> list[Event]:
    """All events of a response that is done, in their order. One in the background was queued first.

    One that failed holds nothing; `before_failure` is what it had begun to say.
    """
    start, output = begun(response), before_failure or response["output"]
    waiting = begun(response, "queued")
    events = [
        {"type": "response.created", "response": waiting if response["background"] else start},
        *([{"type": "response.queued", "response": waiting}] if response["background"] else ()),
        {"type": "response.in_progress", "response": start},
        *(event for place, item in enumerate(output) for event in _happening(item, place, alone=len(output) == 1)),
    ]
    if before_failure:
        del events[(len(events) + 2) // 2 :]
    events.append({"type": f"response.{response['status']}", "response": response})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def as_sent(event: Event, options: dict[str, Any] | None = None) -> bytes:
    """An event as it goes over the wire. Its pieces hide their length, unless `include_obfuscation` is false."""
    text = _compact(event)
    if "delta" in event and (options or {}).get("include_obfuscation") is not False:
        text = obfuscated(text)
    return f"event: {event['type']}\ndata: {text}\n\n".encode()


def _happening(item: Item, place: int, *, alone: bool) -> Iterator[Event]:
    """The events of an item. A compaction that is all of a response was asked for by a trigger."""
    yield {"type": "response.output_item.added", "output_index": place, "item": _empty(item)}
    compacting = [{"type": "response.compaction.compacting"}] if alone and item["type"] == "compaction" else ()
    for event in (*compacting, *_filled(item)):
        yield {**event, "item_id": item["id"], "output_index": place}
    yield {"type": "response.output_item.done", "output_index": place, "item": item}


def _empty(item: Item) -> Item:
    """An item before anything of it was said. What is sealed of it is not whole yet."""
    nothing: Item = {"status": "in_progress"} if "status" in item else {}
    for key, empty in (("content", []), ("summary", []), ("arguments", ""), ("input", "")):
        if key in item:
            nothing[key] = empty
    if "encrypted_content" in item:
        nothing["encrypted_content"] = item["encrypted_content"][: len(item["encrypted_content"]) // 2]
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
