"""Fields: which parameters the Responses API knows, and what each may hold. `api.shapes` reads the tables."""

from __future__ import annotations

from typing import get_args

from openai.types.responses.response_create_params import ResponseCreateParamsStreaming
from openai.types.responses.response_includable import ResponseIncludable

from mock_model.api.shapes import Shape

LONGEST_KEY = 64  # characters
LEAST_OUTPUT = 16  # tokens
LEAST_THRESHOLD = 1_000  # tokens, of `compact_threshold`
_ANYTHING = Shape("anything")
_INCLUDABLE = Shape("a string", values=tuple(sorted(get_args(ResponseIncludable))))
_SWITCH = Shape("a boolean", nullable=True)
_OFF_OR_ON = Shape("a boolean")
_TEXT = Shape("a string", nullable=True)
_STRING = Shape("a string", required=True)
_NAME = Shape("a string", required=True, is_name=True)
_OBJECT = Shape("an object", nullable=True)
_KEY = Shape("a string", nullable=True, longest=LONGEST_KEY)


def _one_of(*values: str, required: bool = False, nullable: bool = True) -> Shape:
    return Shape("a string", required=required, nullable=nullable, values=values)


_FORMATS = {
    "text": {},
    "json_object": {},
    "json_schema": {
        "name": _NAME,
        "schema": Shape("an object", required=True),
        "description": _TEXT,
        "strict": _SWITCH,
    },
}
FORMATS = {
    kind: Shape("an object", keys={"type": _one_of(*_FORMATS, required=True, nullable=False), **keys})
    for kind, keys in _FORMATS.items()
}
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_SUMMARIES = ("auto", "concise", "detailed")
_GRAMMAR = {"syntax": _one_of("lark", "regex"), "definition": Shape("a string")}
_FORM = Shape("an object", keys={"type": _one_of("text", "grammar", required=True, nullable=False), **_GRAMMAR})
_MORE = {"allowed_callers": _ANYTHING, "defer_loading": _SWITCH, "async": _SWITCH}
TOOLS = {
    "function": Shape(
        "an object",
        keys={
            "type": _STRING,
            "name": _NAME,
            "description": _TEXT,
            "parameters": _OBJECT,
            "strict": _SWITCH,
            "output_schema": _OBJECT,
            **_MORE,
        },
    ),
    "custom": Shape("an object", keys={"type": _STRING, "name": _NAME, "description": _TEXT, "format": _FORM, **_MORE}),
}
_CACHE = {"mode": _one_of("implicit", "explicit", nullable=False), "ttl": _one_of("30m", "12h", nullable=False)}
FIELDS = {  # in the order in which OpenAI reports them, as far as it is known
    "input": _ANYTHING,  # `item_shapes` looks into it
    "moderation": _OBJECT,
    "include": Shape("an array of strings", nullable=True, may_be_empty=True, items=_INCLUDABLE),
    "tools": _ANYTHING,  # `tools` looks into these two
    "tool_choice": _ANYTHING,
    "parallel_tool_calls": _SWITCH,
    "metadata": Shape("a metadata object", nullable=True),
    "text": Shape(
        "an object",
        keys={"format": Shape("an object"), "verbosity": _one_of("low", "medium", "high")},
    ),
    "temperature": Shape("a decimal", nullable=True, low=0, high=2),
    "top_p": Shape("a decimal", nullable=True, low=0, high=1),
    "top_logprobs": Shape("an integer", nullable=True, low=0, high=20),
    "reasoning": Shape(
        "an object",
        nullable=True,
        keys={
            "effort": _one_of(*_EFFORTS),
            "summary": _one_of(*_SUMMARIES),
            "generate_summary": _one_of(*_SUMMARIES),
            "context": _one_of("auto", "current_turn", "all_turns"),
            "mode": Shape("a string"),
        },
    ),
    "max_output_tokens": Shape("an integer", nullable=True, low=LEAST_OUTPUT),
    "max_tool_calls": Shape("an integer", nullable=True, low=1),
    "user": Shape("a string", nullable=True),
    "safety_identifier": Shape("a string", nullable=True, longest=128),
    "prompt_cache_key": _KEY,
    "prompt_cache_options": Shape("an object", keys={**_CACHE, "prewarm": _OFF_OR_ON, "comparison_response_id": _TEXT}),
    "prompt_cache_retention": _one_of("in_memory", "24h"),
    "service_tier": _one_of("auto", "default", "fast", "flex", "priority", "ultrafast"),
    "stream": _SWITCH,
    "stream_options": Shape("an object", nullable=True, keys={"include_obfuscation": _OFF_OR_ON}),
    "background": _SWITCH,
    "background_options": Shape(
        "an object",
        keys={
            "completion_window": _one_of("soonest", "2h", "8h", nullable=False),
            "continuation_id": Shape("a string"),
        },
    ),
    "context_management": Shape(
        "an array of objects",
        nullable=True,
        may_be_empty=True,
        items=Shape(
            "an object",
            keys={
                "type": _one_of("compaction", required=True, nullable=False),
                "compact_threshold": Shape("an integer", nullable=True, low=LEAST_THRESHOLD),
            },
        ),
    ),
    "truncation": _one_of("auto", "disabled"),
    "instructions": _TEXT,
    "store": _SWITCH,
    "previous_response_id": _TEXT,
    "conversation": Shape("one of a string or object", nullable=True, keys={"id": _STRING}),
    "prompt": _OBJECT,
}
_OTHERS = {name: _ANYTHING for name in ResponseCreateParamsStreaming.__annotations__ if name not in FIELDS}
CREATED = {"model": _ANYTHING, **FIELDS, **_OTHERS}
COUNTED = {
    name: CREATED[name]
    for name in """model input instructions conversation previous_response_id parallel_tool_calls reasoning text tool_choice
    tools truncation""".split()
} | {"personality": Shape("a string", nullable=True)}
COMPACTED = {
    name: CREATED[name]
    for name in """model input instructions previous_response_id prompt_cache_key prompt_cache_retention service_tier
    image""".split()
} | {"prompt_cache_options": Shape("an object", nullable=True, keys=_CACHE | {"ttl": _one_of("30m", nullable=False)})}
