"""Items: what an input and an output consist of, as they are kept, and as the messages that the reading and the counting know.

An item is a message, a call of a tool, its output, a piece of reasoning, or a compacted part of a conversation. Messages are
those of Chat Completions, so that the same conversation costs the same tokens and has the same prefixes in the cache in both
APIs. The ids and the status of items are no part of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from mock_model.api.prefixes import MARK, fingerprint
from mock_model.api.shapes import refusal
from mock_model.responses.item_shapes import kind_of_item
from mock_model.responses.sealing import seal, unseal

Item = dict[str, Any]
Message = dict[str, Any]

CALLS = {"function_call": "function", "custom_tool_call": "custom"}
OUTPUTS = {"function_call_output": "function_call", "custom_tool_call_output": "custom_tool_call"}
_PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "function_call_output": "fco",
    "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctco",
    "compaction": "cmp",
}
_WITHOUT_STATUS = ("reasoning", "custom_tool_call", "compaction")


def listed(given: str | Sequence[Item] | None) -> list[Item]:
    """The input of a request as items, each with its type. A text is a message of the user."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    return [item | {"type": kind_of_item(item)} for item in given or ()]


def item_id(kind: str, seed: object, place: int) -> str:
    """The id of an item: the same for the same seed, which is the id of what it came with, and place."""
    return f"{_PREFIXES.get(kind, kind)}_{fingerprint([seed, kind, place]).hex()}"


def stored(items: Iterable[Item], seed: object) -> list[Item]:
    """Items as the server keeps and lists them: with an id and a status, and every text as a part."""
    return [_stored(item, item_id(item["type"], seed, place)) for place, item in enumerate(items)]


def _stored(item: Item, id: str) -> Item:
    item = {key: value for key, value in item.items() if value is not None}
    whole = {"id": id, **item}
    if item["type"] not in _WITHOUT_STATUS:
        whole["status"] = item.get("status", "completed")
    if item["type"] == "message":
        content = item["content"]
        parts = [{"type": "input_text", "text": content}] if isinstance(content, str) else content
        whole["content"] = [_part(part, item["role"] == "assistant") for part in parts]
    return whole


def _part(part: dict[str, Any], of_model: bool) -> dict[str, Any]:
    if not of_model or part["type"] == "refusal":
        return part
    return {"type": "output_text", "text": part["text"], "annotations": [], "logprobs": []}


def sealed_reasoning(text: str, model: str) -> str:
    """The `encrypted_content` of a piece of reasoning; only the model that made it can read it again."""
    return seal(json.dumps([model, text]))


def reasoning_of(item: Item) -> tuple[str, str] | None:
    """The model that made a piece of reasoning, and its text; None where the item does not hold it.

    Raises ApiError for what this server has not sealed.
    """
    sealed = item.get("encrypted_content")
    if not sealed:
        return None
    model, text = opened(sealed, 2)
    return model, text


def opened(sealed: str, parts: int) -> list[Any]:
    """What `encrypted_content` of so many parts holds. Raises ApiError for what this server has not sealed, or not as this."""
    try:
        found = json.loads(unseal(sealed))
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != parts:
        message = f"The encrypted content {sealed[:4]}...{sealed[-4:]} could not be verified."
        raise refusal(message, None, "invalid_encrypted_content")
    return found


def messages_of(items: Iterable[Item]) -> list[Message]:
    """Items as messages: a reply's reasoning, text and calls are one message, and each output of a call is another."""
    messages: list[Message] = []
    thought: dict[str, str] = {}  # reasoning, until the message comes that it belongs to
    for item in items:
        kind = item["type"]
        if kind == "reasoning":
            found = reasoning_of(item)
            thought = {"reasoning_content": found[1]} if found else thought
            continue
        if kind in CALLS:
            _add_call(messages, _call(item), thought)
        elif kind in OUTPUTS:
            messages.append({"role": "tool", "tool_call_id": item["call_id"], "content": _content(item["output"])})
        elif kind == "message":
            messages.append(_message(item) | (thought if item["role"] == "assistant" else {}))
        thought = {}
    return messages


def _add_call(messages: list[Message], call: dict[str, Any], thought: dict[str, str]) -> None:
    """Calls that follow each other, and the text before them, are one message, unless reasoning stands between."""
    if not thought and messages and messages[-1]["role"] == "assistant":
        messages[-1] = {**messages[-1], "tool_calls": [*messages[-1].get("tool_calls", ()), call]}
    else:
        messages.append({"role": "assistant", "content": None, **thought, "tool_calls": [call]})


def _call(item: Item) -> dict[str, Any]:
    kind = CALLS[item["type"]]
    key = "arguments" if kind == "function" else "input"
    return {"id": item["call_id"], "type": kind, kind: {"name": item["name"], key: item[key]}}


def _message(item: Item) -> Message:
    content = _content(item["content"])
    refusals = [part["refusal"] for part in content if "refusal" in part] if isinstance(content, list) else []
    if refusals and item["role"] == "assistant":
        return {"role": "assistant", "content": None, "refusal": "".join(refusals)}
    return {"role": item["role"], "content": content}


def _content(content: str | Sequence[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """The parts of a content; a single text without a mark for the cache is the text."""
    if isinstance(content, str):
        return content
    parts = [_plain_part(part) for part in content]
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return str(parts[0]["text"])
    return parts


def _plain_part(part: dict[str, Any]) -> dict[str, Any]:
    mark = {MARK: part[MARK]} if part.get(MARK) else {}
    if part["type"] == "refusal":
        return {"type": "refusal", "refusal": part["refusal"]}
    return {"type": "text", "text": part.get("text", ""), **mark}
