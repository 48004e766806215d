"""The bodies the server sends: completions, streams of chunks, models, and errors, in OpenAI's shapes.

Nothing here depends on the clock or on chance, so that a notebook can be run again and compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import httpx2

from mock_model.api.caching import CacheUse
from mock_model.api.catalogue import EmbeddingModel, Model
from mock_model.api.completion import Completion, handed_over

CREATED = 1_767_225_600  # seconds since 1970: the first of January 2026

_compact = json.JSONEncoder(separators=(",", ":")).encode
_BLOCK = 64  # characters: the events of a stream are made a whole number of these long
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789" * 2
_WORDS = re.compile(r"\s*\S{1,24}|\s+")  # every character of a text belongs to one match


class ApiError(Exception):
    """An answer with an error status: what OpenAI sends as `{"error": {"message", "type", "param", "code"}}`."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers
        self.body = {"error": {"message": message, "type": type, "param": param, "code": code}}

    def response(self) -> httpx2.Response:
        """The answer as it goes over the wire."""
        return json_response(self.body, status=self.status, headers=self.headers)


def json_response(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> httpx2.Response:
    """An answer with a JSON body."""
    content = _compact(body).encode()
    return httpx2.Response(status, headers={"content-type": "application/json", **(headers or {})}, content=content)


def model_object(model: Model | EmbeddingModel) -> dict[str, Any]:
    """A model as `models.list` and `models.retrieve` show it."""
    return {"id": model.name, "object": "model", "created": CREATED, "owned_by": model.owned_by}


def model_list(models: Mapping[str, Model | EmbeddingModel]) -> dict[str, Any]:
    """What `models.list` answers."""
    return {"object": "list", "data": [model_object(model) for model in models.values()]}


def usage(prompt_tokens: int, choices: Sequence[Completion], cache: CacheUse) -> dict[str, Any]:
    """The `usage` of an answer, in tokens: the prompt is read once, and all choices are written."""
    written = {} if cache.written is None else {"cache_write_tokens": cache.written}
    completion_tokens = sum(completion.tokens for completion in choices)
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": cache.read, **written, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": sum(completion.reasoning_tokens for completion in choices),
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def chat_completion(id: str, model: Model, choices: Sequence[Completion], usage: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request without `stream`."""
    shown = [_choice(model, completion, index) for index, completion in enumerate(choices)]
    return {**_envelope(id, model, "chat.completion"), "choices": shown, "usage": usage}


def _choice(model: Model, completion: Completion, index: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": completion.content, "refusal": completion.refusal, "annotations": []}
    if completion.tool_calls:
        message["tool_calls"] = list(completion.tool_calls)
    if completion.reasoning and model.shows_reasoning:
        message["reasoning_content"] = completion.reasoning
    return {"index": index, "message": message, "logprobs": None, "finish_reason": completion.finish_reason}


def stream_events(
    id: str, model: Model, choices: Sequence[Completion], usage: dict[str, Any], options: dict[str, Any]
) -> list[bytes]:
    """The answer to a request with `stream`, as server-sent events: one word each, then the end, then `[DONE]`.

    Several choices take turns, each event with the index of its own. With `include_usage` every chunk has `usage: null`,
    but for one more, without choices, that holds the figures. Unless
    `include_obfuscation` is false, each event hides its length behind a text that says nothing: OpenAI's is made by chance.
    """
    include_usage = bool(options.get("include_usage"))
    envelope = _envelope(id, model, "chat.completion.chunk")
    start = _compact(envelope)[:-1] + ',"choices":['
    end = '],"usage":null}' if include_usage else "]}"
    events = [start + _compact(choice) + end for choice in _in_turns([_parts(model, one) for one in choices])]
    if include_usage:
        events.append(_compact({**envelope, "choices": [], "usage": usage}))
    if options.get("include_obfuscation") is not False:
        events = [obfuscated(event) for event in events]
    return [f"data: {event}\n\n".encode() for event in [*events, "[DONE]"]]


def _parts(model: Model, completion: Completion) -> list[tuple[dict[str, Any], str | None]]:
    """What is streamed of one choice: each part of it, and the end with its reason."""
    return [*((delta, None) for delta in _deltas(model, completion)), ({}, completion.finish_reason)]


def _in_turns(parts: Sequence[Sequence[tuple[dict[str, Any], str | None]]]) -> Iterator[dict[str, Any]]:
    """The parts of all choices as they are streamed: the first of each, the second of each …"""
    for together in zip_longest(*parts):
        for index, part in enumerate(together):
            if part is not None:
                yield {"index": index, "delta": part[0], "logprobs": None, "finish_reason": part[1]}


def pieces(text: str) -> list[str]:
    """A text in the pieces in which it is streamed: its words."""
    return _WORDS.findall(text)


def obfuscated(event: str) -> str:
    """An event, made as long as many others by a text that says nothing."""
    start = event[:-1] + ',"obfuscation":"'
    return start + _LETTERS[: -(len(start) + 2) % _BLOCK] + '"}'


def _deltas(model: Model, completion: Completion) -> Iterator[dict[str, Any]]:
    """The parts of an answer in the order in which they are streamed.

    Calls of custom tools have the form of functions, as OpenAI's client for Node collects it from the live API
    (https://github.com/openai/openai-node/pull/2023); the types of the Python client know only functions here.
    """
    yield {"role": "assistant", "content": None if completion.content is None else "", "refusal": None}
    if model.shows_reasoning:
        for word in pieces(completion.reasoning):
            yield {"reasoning_content": word}
    for word in pieces(completion.content or ""):
        yield {"content": word}
    for word in pieces(completion.refusal or ""):
        yield {"refusal": word}
    for index, call in enumerate(completion.tool_calls):
        kind, (key, text) = call["type"], handed_over(call)
        yield {"tool_calls": [{"index": index, **call, kind: {**call[kind], key: ""}}]}
        for word in pieces(text):
            yield {"tool_calls": [{"index": index, kind: {key: word}}]}


def _envelope(id: str, model: Model, kind: str) -> dict[str, Any]:
    return {
        "id": id,
        "object": kind,
        "created": CREATED,
        "model": model.name,
        "service_tier": "default",
        "system_fingerprint": None,
    }
