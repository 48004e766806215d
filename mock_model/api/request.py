"""The request of a chat completion: which parameters there are, and what each may hold.

The tables below say it, and `shapes` reads them.
"""

from __future__ import annotations

from typing import Any

from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

from mock_model.api.prefixes import MARK
from mock_model.api.shapes import LONGEST, Shape

_PART_TYPES = ("text", "image_url", "input_audio", "refusal", "audio", "file")
_ORDINARY_ROLES = ("user", "assistant", "system", "developer")
_ROLES = ("system", "assistant", "user", "function", "tool", "developer")


def _is_ordinary(message: Any) -> bool:
    """A message of a role and a text, as nearly all are: let through without reading the table."""
    return (
        type(message) is dict
        and len(message) == 2
        and type(content := message.get("content")) is str
        and len(content) <= LONGEST
        and message.get("role") in _ORDINARY_ROLES
    )


_ANYTHING = Shape("anything")
_STRING = Shape("a string", required=True)
_TOOL_TYPE = Shape("a string", required=True, values=("function", "custom"))
_TEXT = Shape("a string", nullable=True)
_NAME = Shape("a string", required=True, is_name=True)
_DECIMAL = Shape("a decimal", nullable=True, low=-2, high=2)
_LIMIT = Shape("an integer", nullable=True, low=1)
_SWITCH = Shape("a boolean", nullable=True)

_BREAKPOINT = Shape(
    "an object",
    nullable=True,
    keys={
        "mode": Shape("a string", required=True, values=("explicit",)),
        "ttl": Shape("a string", values=("30m", "12h")),
    },
)
_PART = Shape(
    "an object",
    keys={
        "type": Shape("a string", required=True, values=_PART_TYPES),
        **dict.fromkeys(_PART_TYPES, _ANYTHING),
        **dict.fromkeys(("text", "refusal"), _TEXT),
        MARK: _BREAKPOINT,
    },
)
_LONGEST_ID = 40  # characters
_CALL = Shape(
    "an object",
    keys={
        "id": Shape("a string", required=True, longest=_LONGEST_ID),
        "type": _TOOL_TYPE,
        "function": Shape("an object", keys={"name": _NAME, "arguments": _STRING}),
        "custom": Shape("an object", keys={"name": _NAME, "input": _STRING}),
    },
)
_MESSAGE = Shape(
    "an object",
    keys={
        "role": Shape("a string", required=True, values=_ROLES),
        "content": Shape("one of a string or array of objects", nullable=True, items=_PART),
        "name": Shape("a string", nullable=True, is_name=True),
        "tool_calls": Shape("an array of objects", nullable=True, items=_CALL),
        "tool_call_id": Shape("a string", nullable=True, longest=_LONGEST_ID),
        "refusal": _TEXT,
        "reasoning_content": _TEXT,
        **dict.fromkeys(("function_call", "audio", "annotations"), _ANYTHING),
    },
    plainly=_is_ordinary,
)
_PARAMETERS = Shape("an object", nullable=True)
_FUNCTION = {"name": _NAME, "description": _TEXT, "parameters": _PARAMETERS, "strict": _SWITCH}
_GRAMMAR = {"syntax": Shape("a string", required=True, values=("lark", "regex")), "definition": _STRING}
_INPUT = {
    "type": Shape("a string", required=True, values=("text", "grammar")),
    "grammar": Shape("an object", keys=_GRAMMAR),
}
_CUSTOM = {"name": _NAME, "description": _TEXT, "format": Shape("an object", nullable=True, keys=_INPUT)}
_TOOL_KEYS = {
    "type": _TOOL_TYPE,
    "function": Shape("an object", keys=_FUNCTION),
    "custom": Shape("an object", keys=_CUSTOM),
}
_FORM = Shape(
    "an object",
    keys={
        "name": _NAME,
        "description": _TEXT,
        "schema": Shape("an object", required=True),
        "strict": _SWITCH,
    },
)
_FORMAT_KEYS = {
    "type": Shape("a string", required=True, values=("json_object", "json_schema", "text")),
    "json_schema": _FORM,
}
_FIELDS = {  # in the order in which OpenAI reports them
    "messages": Shape("an array of objects", required=True, items=_MESSAGE),
    "tools": Shape("an array of objects", items=Shape("an object", keys=_TOOL_KEYS), most=128),
    "tool_choice": Shape("one of one of 'none', 'auto', or 'required' or object", values=("none", "auto", "required")),
    "parallel_tool_calls": Shape("a boolean"),
    "max_completion_tokens": _LIMIT,
    "n": _LIMIT._replace(high=128),
    "max_tokens": _LIMIT,
    "stop": Shape("one of a string or array of strings", nullable=True, items=Shape("a string"), most=4),
    "temperature": Shape("a decimal", nullable=True, low=0, high=2),
    "top_p": Shape("a decimal", nullable=True, low=0, high=1),
    "presence_penalty": _DECIMAL,
    "frequency_penalty": _DECIMAL,
    "logprobs": _SWITCH,
    "top_logprobs": Shape("an integer", nullable=True, low=0, high=20),
    "user": Shape("a string"),
    "seed": Shape("an integer", nullable=True, low=-(2**63), high=2**63 - 1),
    "prompt_cache_options": Shape(
        "an object",
        keys={"mode": Shape("a string", values=("implicit", "explicit")), "ttl": Shape("a string", values=("30m",))},
    ),
    "prompt_cache_key": _TEXT,
    "prompt_cache_retention": Shape("a string", nullable=True, values=("in_memory", "24h")),
    "safety_identifier": _TEXT,
    "logit_bias": Shape("an object", nullable=True),
    "modalities": Shape("an array of strings", nullable=True),
    "service_tier": Shape("a string", nullable=True, values=("auto", "default", "fast", "flex", "priority")),
    "stream": _SWITCH,
    "stream_options": Shape(
        "an object", nullable=True, keys={"include_usage": _SWITCH, "include_obfuscation": _SWITCH}
    ),
    "store": _SWITCH,
    "metadata": Shape("a metadata object", nullable=True),
    "verbosity": Shape("a string", nullable=True, values=("low", "medium", "high")),
    "response_format": Shape("an object", keys=_FORMAT_KEYS),
}
_OTHERS = {name: _ANYTHING for name in CompletionCreateParamsStreaming.__annotations__ if name not in _FIELDS}
REQUEST = Shape("an object", keys=_FIELDS | _OTHERS)
_NAMES = {kind: Shape("an object", keys={"name": _NAME}) for kind in ("function", "custom")}
_NAMED = Shape("an object", keys={"type": _TOOL_TYPE, **_NAMES})
_LIST_OF_NAMED = Shape(
    "an object",
    required=True,
    keys={
        "mode": Shape("a string", required=True, values=("auto", "required")),
        "tools": Shape("an array of objects", required=True, items=_NAMED),
    },
)
_KIND = Shape("a string", required=True, values=("function", "custom", "allowed_tools"))
CHOICE = Shape("an object", keys={"type": _KIND, "allowed_tools": _ANYTHING, **_NAMES})
ALLOWED = Shape("an object", keys={"type": _KIND, "allowed_tools": _LIST_OF_NAMED})
