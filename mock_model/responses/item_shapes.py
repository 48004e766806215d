"""The shapes of items: which an input may have, what each holds, and OpenAI's words for what does not fit.

Where an item or a part is of no kind that it could be, OpenAI names the item and not its type
(https://github.com/router-for-me/CLIProxyAPI/issues/3414).
"""

from __future__ import annotations

from typing import Any

from mock_model.api.prefixes import MARK
from mock_model.api.shapes import Shape, check_shape, kind_of, missing, quoted, refusal

LONGEST_ID = 64  # characters
ROLES = ("assistant", "system", "developer", "user")
_ANYTHING = Shape("anything")
_STRING = Shape("a string", required=True)
_TEXT = Shape("a string", nullable=True)
_CALL_ID = Shape("a string", required=True, longest=LONGEST_ID)
_STATUS = Shape("a string", nullable=True, values=("in_progress", "completed", "incomplete"))
_BREAKPOINT = Shape(
    "an object",
    nullable=True,
    keys={
        "mode": Shape("a string", required=True, values=("explicit",)),
        "ttl": Shape("a string", values=("30m", "12h")),
    },
)
_FILE = dict.fromkeys("detail file_id image_url file_data file_url filename".split(), _ANYTHING)
INPUT_PARTS = {
    "input_text": Shape("an object", keys={"type": _STRING, "text": _STRING, MARK: _BREAKPOINT}),
    "input_image": Shape("an object", keys={"type": _STRING, **_FILE, MARK: _BREAKPOINT}),
    "input_file": Shape("an object", keys={"type": _STRING, **_FILE, MARK: _BREAKPOINT}),
}
OUTPUT_PARTS = {
    "output_text": Shape(
        "an object",
        keys={"type": _STRING, "text": _STRING, "annotations": _ANYTHING, "logprobs": _ANYTHING, MARK: _BREAKPOINT},
    ),
    "refusal": Shape("an object", keys={"type": _STRING, "refusal": _STRING}),
}
_COMMON = {"type": _STRING, "id": Shape("a string", nullable=True, longest=LONGEST_ID)}
_CALLED = {"status": _STATUS, "caller": _ANYTHING, "namespace": _TEXT, "async": _ANYTHING}
_OUTPUT = {"call_id": _CALL_ID, "output": Shape("one of a string or array of objects", required=True), **_CALLED}
_TEXTS = Shape("an array of objects")
_MESSAGE = {
    "type": Shape("a string"),
    "id": _COMMON["id"],
    "role": Shape("a string", required=True),
    "content": Shape("one of a string or array of objects", required=True),
    "status": _STATUS,
}
_THOUGHT = Shape("an object", keys={"type": _STRING, "text": _STRING})
ITEMS = {
    "message": Shape("an object", keys=_MESSAGE),
    "function_call": Shape(
        "an object", keys={**_COMMON, "call_id": _CALL_ID, "name": _STRING, "arguments": _STRING, **_CALLED}
    ),
    "function_call_output": Shape("an object", keys={**_COMMON, **_OUTPUT, "name": _TEXT}),
    "custom_tool_call": Shape(
        "an object", keys={**_COMMON, "call_id": _CALL_ID, "name": _STRING, "input": _STRING, **_CALLED}
    ),
    "custom_tool_call_output": Shape("an object", keys={**_COMMON, **_OUTPUT}),
    "reasoning": Shape(
        "an object",
        keys={
            **_COMMON,
            "summary": Shape("an array of objects", required=True),
            "content": Shape("an array of objects", nullable=True),
            "encrypted_content": _TEXT,
            "status": _STATUS,
        },
    ),
    "compaction": Shape("an object", keys={**_COMMON, "encrypted_content": _STRING, "created_by": _ANYTHING}),
    "compaction_trigger": Shape("an object", keys=_COMMON),
    "item_reference": Shape("an object", keys={**_COMMON, "type": _TEXT, "id": _STRING}),
}
HOSTED = frozenset(  # of tools that run at OpenAI, and settings in the middle of a conversation
    """additional_tools apply_patch_call apply_patch_call_output code_interpreter_call computer_call computer_call_output
    configuration_update file_search_call image_generation_call local_shell_call local_shell_call_output
    mcp_approval_request mcp_approval_response mcp_call mcp_list_tools program program_output shell_call shell_call_output
    tool_search_call tool_search_output web_search_call""".split()
)
_BEGINNINGS = {
    "message": "msg",
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "reasoning": "rs",
    "compaction": "cmp",
}


def check_input(given: Any, path: str = "input") -> None:
    """Raise the ApiError for an input that is neither a text nor items as they may be."""
    if given is None:
        message = f"Invalid type for '{path}': expected a string, but got an object instead."
        raise refusal(message, path, "invalid_type")
    check_shape(given, Shape("one of a string or array of input items"), path)
    if isinstance(given, list):
        for i, item in enumerate(given):
            check_item(item, f"{path}[{i}]")


def check_item(item: Any, path: str) -> None:
    """Raise the ApiError for the first thing in an item that does not fit, `path` naming it as in "input[2]"."""
    if not isinstance(item, dict):
        message = f"Invalid type for '{path}': expected an input item, but got {kind_of(item)} instead."
        raise refusal(message, path, "invalid_type")  # not verified
    kind = kind_of_item(item)
    if kind in HOSTED:
        return
    if kind not in ITEMS:
        known = quoted(sorted({*ITEMS, *HOSTED}))
        raise refusal(f"Invalid value: '{kind}'. Supported values are: {known}.", path, "invalid_value")
    if kind == "message":
        _check_message(item, path)
    else:
        check_shape(item, ITEMS[kind], path)
    if kind == "reasoning":
        _check_parts(item["summary"], {"summary_text": _THOUGHT}, f"{path}.summary")
        _check_parts(item.get("content") or [], {"reasoning_text": _THOUGHT}, f"{path}.content")
    if kind.endswith("_output") and isinstance(item["output"], list):
        _check_parts(item["output"], INPUT_PARTS, f"{path}.output")
    _check_id(item.get("id"), kind, f"{path}.id")


def kind_of_item(item: dict[str, Any]) -> str:
    """The type of an item; one without is a message if it has a role, and a reference if it has nothing but an id."""
    kind = item.get("type")
    if kind is None:
        kind = "message" if "role" in item or "content" in item else "item_reference" if item.keys() == {"id"} else ""
    return kind if isinstance(kind, str) else repr(kind)


def _check_message(item: dict[str, Any], path: str) -> None:
    role = item.get("role")
    if isinstance(role, str) and role not in ROLES:
        raise refusal(f"Invalid value: '{role}'. Supported values are: {quoted(ROLES)}.", path, "invalid_value")
    if "role" in item and "content" not in item:
        raise missing(f"{path}.content")
    keys = _MESSAGE
    if role == "assistant":
        keys = keys | {"phase": Shape("a string", nullable=True, values=("commentary", "final_answer"))}
    check_shape(item, Shape("an object", keys=keys), path)
    if isinstance(item["content"], list):
        _check_parts(item["content"], OUTPUT_PARTS if role == "assistant" else INPUT_PARTS, f"{path}.content")


def _check_parts(parts: list[Any], shapes: dict[str, Shape], path: str) -> None:
    """What OpenAI says of a part without a type is not verified."""
    for i, part in enumerate(parts):
        place = f"{path}[{i}]"
        check_shape(part, Shape("an object"), place)
        if "type" not in part:
            raise missing(f"{place}.type")
        check_shape(part["type"], _STRING, f"{place}.type")
        if part["type"] not in shapes:
            message = f"Invalid value: '{part['type']}'. Supported values are: {quoted(shapes)}."
            raise refusal(message, place, "invalid_value")
        check_shape(part, shapes[part["type"]], place)


def _check_id(id: str | None, kind: str, path: str) -> None:
    """An id says by its beginning what it is of (https://github.com/jlcodes99/cockpit-tools/issues/2090)."""
    beginning = _BEGINNINGS.get(kind)
    if id is not None and beginning and not id.startswith(beginning):
        message = f"Invalid '{path}': '{id}'. Expected an ID that begins with '{beginning}'."
        raise refusal(message, path, "invalid_value")
