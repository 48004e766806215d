"""What comes over the wire from a server with the Responses API: whole, and as the events of a stream."""

from __future__ import annotations

from typing import Any

from chat_memory import ChatMemory

from .wire import Body, Server, events


def said(text: str, **more: Any) -> dict[str, Any]:
    """A message of an output."""
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [part], **more}


def called(name: str, arguments: str, id: str = "call_1") -> dict[str, Any]:
    return {"id": "fc_1", "type": "function_call", "call_id": id, "name": name, "arguments": arguments}


def thought(id: str = "rs_1", **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "reasoning", "summary": [], "encrypted_content": "c2VhbGVk", **more}


def response(*output: dict[str, Any], status: str = "completed", **more: Any) -> dict[str, Any]:
    """A response, as it comes at once."""
    usage = {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 5},
        "total_tokens": 17,
    }
    whole = {"id": "resp_1", "object": "response", "created_at": 0, "model": "m", "status": status, "error": None}
    return {**whole, "output": list(output), "usage": usage, "previous_response_id": None, "store": True, **more}


def streamed(whole: dict[str, Any], *, texts: str = "delta done item", ends: bool = True) -> bytes:
    """The same as events. `texts` says in which of them a text stands; what `ends` it may not come."""
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    happened: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    for place, item in enumerate(whole["output"]):
        at = {"item_id": item["id"], "output_index": place}
        happened.append({"type": "response.output_item.added", "item": {**item, "content": []}, **at})
        for number, part in enumerate(item.get("content") or ()):
            name = part["type"]
            kind = "refusal" if name == "refusal" else "text"
            text = part.get(kind, "")
            here = {**at, "content_index": number}
            if "delta" in texts:
                happened += [
                    {"type": f"response.{name}.delta", "delta": text[i : i + 3], **here} for i in range(0, len(text), 3)
                ]
            if "done" in texts:
                happened.append({"type": f"response.{name}.done", kind: text, **here})
        if "arguments" in item:
            happened.append({"type": "response.function_call_arguments.delta", "delta": item["arguments"], **at})
        if "item" in texts:
            happened.append({"type": "response.output_item.done", "item": item, **at})
    if ends:
        happened.append({"type": f"response.{whole['status']}", "response": whole})
    return events(*happened)


def answer_to(way: str, *output: dict[str, Any], **more: Any) -> Body:
    """One response, as it comes for this way to ask."""
    whole = response(*output, **more)
    return whole if way.startswith("ask") else streamed(whole)


def asked(way, *answers, **options):
    """A server with these answers, and a memory that asks it this way through Responses."""
    server = Server(*answers)
    return server, ChatMemory(server.client(way.endswith("async")), **{"model": "m", "api": "responses", **options})
