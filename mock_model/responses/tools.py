"""Tools of the Responses API: flat definitions, choices among them, and those that only OpenAI's servers have.

What OpenAI says of a choice that is not among the tools is not verified.
"""

from __future__ import annotations

from typing import Any

from mock_model.api.catalogue import Model
from mock_model.api.shapes import Shape, check_shape, missing, quoted, refusal
from mock_model.api.tools import check_grammar, check_schema
from mock_model.responses.fields import TOOLS

HOSTED = frozenset(
    """apply_patch code_interpreter computer computer_use_preview file_search image_generation local_shell mcp
    namespace programmatic_tool_calling shell tool_search web_search web_search_2025_08_26 web_search_preview
    web_search_preview_2025_03_11""".split()
)
MOST = 128
_STRING = Shape("a string")
_WORDS = ("none", "auto", "required")
_CHOICE = Shape("one of one of 'none', 'auto', or 'required' or object", nullable=True, values=_WORDS)
_NAMED = Shape("an object", keys={"type": Shape("a string"), "name": Shape("a string", required=True)})
_ALLOWED = Shape(
    "an object",
    keys={
        "type": Shape("a string"),
        "mode": Shape("a string", required=True, values=("auto", "required")),
        "tools": Shape("an array of objects", required=True),
    },
)
_CHOICES = {"function": _NAMED, "custom": _NAMED, "allowed_tools": _ALLOWED}
_OFFLINE = "OpenAI's servers run it; the offline model calls functions and custom tools, which your program runs."


def check_definitions(tools: Any, path: str = "tools") -> None:
    """Raise the ApiError for the first definition that does not fit. One in the form of Chat Completions lacks its name."""
    check_shape(tools, Shape("an array of objects"), path)
    if len(tools) > MOST:
        tail = f"Expected an array with maximum length {MOST}, but got an array with length {len(tools)} instead."
        raise refusal(f"Invalid '{path}': array too long. {tail}", path, "array_above_max_length")
    for i, tool in enumerate(tools):
        place = f"{path}[{i}]"
        check_shape(tool, Shape("an object"), place)
        kind = tool.get("type")
        if kind is None:
            raise missing(f"{place}.type")
        check_shape(kind, _STRING, f"{place}.type")
        if kind in HOSTED:
            continue
        if kind not in TOOLS:
            known = quoted(sorted({*TOOLS, *HOSTED}))
            raise refusal(f"Invalid value: '{kind}'. Supported values are: {known}.", place, "invalid_value")
        if "name" not in tool:
            raise missing(f"{place}.name")
        check_shape(tool, TOOLS[kind], place)


def check_choice_shape(choice: Any, path: str = "tool_choice") -> None:
    """Raise the ApiError for a choice that is none."""
    check_shape(choice, _CHOICE, path)
    if not isinstance(choice, dict):
        return
    kind = choice.get("type")
    if kind is None:
        raise missing(f"{path}.type")
    check_shape(kind, _STRING, f"{path}.type")
    if kind not in _CHOICES and kind not in HOSTED | {"computer_use"}:
        known = quoted(sorted({*_CHOICES, *HOSTED, "computer_use"}))
        raise refusal(f"Invalid value: '{kind}'. Supported values are: {known}.", path, "invalid_value")
    if kind in _CHOICES:
        check_shape(choice, _CHOICES[kind], path)
    for i, tool in enumerate(choice["tools"] if kind == "allowed_tools" else ()):
        check_shape(tool, Shape("an object"), f"{path}.tools[{i}]")
        if "type" not in tool:
            raise missing(f"{path}.tools[{i}].type")
        check_shape(tool["type"], _STRING, f"{path}.tools[{i}].type")
        if tool["type"] in TOOLS:
            check_shape(tool, _NAMED, f"{path}.tools[{i}]")


def check_tools(model: Model, body: dict[str, Any]) -> None:
    """Raise the ApiError for the first tool that this model does not have, or for a choice of what is not there."""
    for i, tool in enumerate(body.get("tools", ())):
        _check_tool(model, tool, f"tools[{i}]")
    choice = body.get("tool_choice")
    if choice in (None, "none", "auto"):
        return
    offered = {(tool["type"], tool["name"]) for tool in body.get("tools", ())}
    if choice == "required":
        if not offered:
            raise refusal("Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice")
        return
    for tool in choice["tools"] if choice["type"] == "allowed_tools" else [choice]:
        if (tool.get("type"), tool.get("name")) not in offered:
            raise refusal(f"Tool choice '{tool.get('type')}' not found in 'tools' parameter.", "tool_choice")


def _check_tool(model: Model, tool: dict[str, Any], path: str) -> None:
    kind = tool["type"]
    if kind in HOSTED:
        raise refusal(f"Hosted tool '{kind}' is not supported here. {_OFFLINE}", path, "unsupported_value")
    for name, usual in (("allowed_callers", ["direct"]), ("defer_loading", False), ("async", False)):
        if tool.get(name) not in (None, usual):
            message = f"Unsupported parameter: '{path}.{name}'. The offline model calls a tool itself, and at once."
            raise refusal(message, f"{path}.{name}", "unsupported_parameter")
    if kind == "function":
        check_schema(tool, f"{path}.parameters")
        return
    if not model.custom_tools:
        message = f"Unsupported value: '{path}.type' does not support 'custom' with this model."
        raise refusal(f"{message} Supported values are: 'function'.", f"{path}.type", "unsupported_value")
    form = tool.get("format") or {"type": "text"}
    if form["type"] == "grammar":
        for name in ("syntax", "definition"):
            if form.get(name) is None:
                raise missing(f"{path}.format.{name}")
        check_grammar(form, f"{path}.format")
