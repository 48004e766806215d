"""Objects: a response as it is shown, its output items, and its usage."""

from __future__ import annotations

from typing import Any

from mock_model.api.bodies import CREATED
from mock_model.api.caching import CacheUse
from mock_model.api.catalogue import Model
from mock_model.api.completion import Completion, handed_over
from mock_model.api.faults import malformed, strict_fault
from mock_model.responses.items import Item, item_id, sealed_reasoning
from mock_model.responses.kept import Turn

FAILED = "The server had an error while processing your request. Sorry about that!"
_WORKING = {
    "error": None,
    "completed_at": None,
    "output": [],
    "usage": None,
    "incomplete_details": None,
}


def response_object(
    id: str, model: Model, body: dict[str, Any], age: int, *, output: list[Item], usage: dict[str, Any], cut: bool
) -> dict[str, Any]:
    """The response to a checked request, `age` seconds after the first of the server. `cut`: a limit ended it."""
    text = {"format": {"type": "text"}, "verbosity": "medium", **(body.get("text") or {})}
    reasoning = body["reasoning"]
    conversation = body.get("conversation")
    return {
        "id": id,
        "object": "response",
        "created_at": CREATED + age,
        "status": "incomplete" if cut else "completed",
        "background": bool(body.get("background")),
        "completed_at": None if cut else CREATED + age,
        "conversation": {"id": conversation} if isinstance(conversation, str) else conversation,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "metadata": body.get("metadata", {}),
        "model": body["model"],
        "output": output,
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "previous_response_id": body.get("previous_response_id"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        **_cache_settings(model, body),
        "reasoning": {
            "effort": reasoning["effort"],
            "summary": reasoning.get("summary"),
            "context": reasoning["context"],
        },
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": "default",
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0),
        "text": text,
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": [shown_tool(tool) for tool in body.get("tools", ())],
        "top_logprobs": 0,
        "top_p": body.get("top_p", 1.0),
        "truncation": body.get("truncation", "disabled"),
        "usage": usage,
        "user": body.get("user"),
    }


def _cache_settings(model: Model, body: dict[str, Any]) -> dict[str, Any]:
    """What holds of the settings of the prompt cache, where the model has any; a comparison is answered, but not made."""
    if model.cache == "breakpoints":
        options = {"mode": "implicit", "ttl": "30m", **body.get("prompt_cache_options", {})}
        compared = {"prompt_cache_diagnostics": {"type": "unavailable"}} if "comparison_response_id" in options else {}
        return {"prompt_cache_options": options} | compared
    return {"prompt_cache_retention": body.get("prompt_cache_retention") or "in_memory"}


def failed(turn: Turn) -> Turn:
    """The same response when the server failed on the way: it holds nothing, and is not billed. Its wording is not verified."""
    error = {"code": "server_error", "message": FAILED}
    end = {
        "status": "failed",
        "error": error,
        "output": [],
        "usage": None,
        "incomplete_details": None,
        "completed_at": None,
    }
    return turn._replace(response=turn.response | end, begun=tuple(turn.response["output"]))


def begun(response: dict[str, Any], status: str = "in_progress") -> dict[str, Any]:
    """A response as it is shown while it is made, or waits to be."""
    return response | _WORKING | {"status": status}


def shown_tool(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool as it is echoed: unless a function says so itself, it is strict where its schema can be."""
    if tool["type"] != "function":
        return tool
    schema = tool.get("parameters")
    strict = tool.get("strict")
    if strict is None:
        strict = bool(schema) and malformed(schema) is None and strict_fault(schema) is None
    return {"description": None, **tool, "parameters": schema, "strict": strict}


def output_items(id: str, model: Model, completion: Completion, summarised: bool) -> list[Item]:
    """What a response holds: its reasoning, its message, its calls, each an item. A limit can leave any of them out."""
    cut = completion.finish_reason == "length"
    items: list[Item] = []
    if completion.reasoning_tokens:
        summary = (
            [{"type": "summary_text", "text": completion.reasoning}] if summarised and completion.reasoning else []
        )
        sealed = sealed_reasoning(completion.reasoning, model.name)
        items.append({"type": "reasoning", "summary": summary, "encrypted_content": sealed})
    if completion.refusal is not None:
        items.append(_message({"type": "refusal", "refusal": completion.refusal}))
    elif completion.content or (completion.content is not None and not completion.tool_calls and not cut):
        text = {"type": "output_text", "text": completion.content, "annotations": [], "logprobs": []}
        items.append(_message(text))
    items += [_call(call) for call in completion.tool_calls]
    if cut and items and "status" in items[-1]:
        items[-1]["status"] = "incomplete"
    return [{"id": item_id(item["type"], id, place), **item} for place, item in enumerate(items)]


def _message(part: dict[str, Any]) -> Item:
    return {"type": "message", "status": "completed", "role": "assistant", "content": [part]}


def _call(call: dict[str, Any]) -> Item:
    key, text = handed_over(call)
    whole = {"call_id": call["id"], "name": call[call["type"]]["name"], key: text}
    if call["type"] == "custom":
        return {"type": "custom_tool_call", **whole}
    return {"type": "function_call", "status": "completed", **whole}


def usage_of(prompt_tokens: int, completion: Completion, cache: CacheUse) -> dict[str, Any]:
    """The `usage` of a response, in tokens: all that was read, the chain before it too. A model that reports no writes has 0."""
    return {
        "input_tokens": prompt_tokens,
        "input_tokens_details": {"cached_tokens": cache.read, "cache_write_tokens": cache.written or 0},
        "output_tokens": completion.tokens,
        "output_tokens_details": {"reasoning_tokens": completion.reasoning_tokens},
        "total_tokens": prompt_tokens + completion.tokens,
    }


def sum_of(usages: list[dict[str, Any]]) -> dict[str, Any]:
    """The `usage` of a response that a model read and wrote for more than once."""
    first, *others = usages
    for other in others:
        first = {
            key: sum_of([value, other[key]]) if isinstance(value, dict) else value + other[key]
            for key, value in first.items()
        }
    return first
