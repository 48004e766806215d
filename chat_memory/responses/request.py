"""A request of a chat as one of the Responses API: items in the place of messages, tools without a shell, other names."""

from collections.abc import Mapping
from typing import Any

from ..replies.extras import LIMITS, SEALED, STREAM_OPTIONS, Asking
from ..replies.steps import Request
from .items import items_from

LIMIT = "max_output_tokens"
ASKING = Asking(
    limits=(LIMIT,),
    least=16,  # less is refused: `integer below minimum value`
    always={"truncation": "disabled"},  # "auto" leaves out the oldest items, and says nothing of it
    stream_options=False,  # a stream says its usage in any case, and the server refuses to be asked for it
    effort=False,
)
HELD = "messages the server holds"  # how many of the messages, of a request that goes on from an earlier response
INSIDE = {"reasoning_effort": ("reasoning", "effort"), "verbosity": ("text", "verbosity")}


def responses_request(request: Request) -> Request:
    """The request of a chat, with all its parameters, as the Responses API wants it; what is not known stays as it is.

    It asks the server to keep nothing, unless it says `store`. Of the messages only those are sent that stand behind the
    number of `HELD`.
    """
    sent: Request = {"store": False}
    inner: dict[str, dict[str, Any]] = {}  # parameters that hold others
    for name, value in request.items():
        if name == "messages":
            sent["input"] = items_from(value, request.get(HELD, 0), sealed=request.get(SEALED, True))
        elif name == "tools":
            sent["tools"] = [_tool(tool) for tool in value]
        elif name == "tool_choice":
            sent["tool_choice"] = _choice(value)
        elif name in LIMITS:
            sent[LIMIT] = value
        elif name in INSIDE:
            outer, key = INSIDE[name]
            inner.setdefault(outer, {})[key] = value
        elif name == "response_format":
            inner.setdefault("text", {})["format"] = _format(value)
        elif name not in (HELD, SEALED, STREAM_OPTIONS):
            sent[name] = value
    for name, values in inner.items():
        said = sent.get(name)
        sent[name] = values | said if isinstance(said, dict) else values
    return sent


def _tool(tool: Mapping[str, Any]) -> Any:
    """A tool without the shell around its definition. One that says nothing of `strict` is not, as in a chat."""
    kind = tool.get("type")
    inside = tool.get(kind) if isinstance(kind, str) else None
    if not isinstance(inside, dict):
        return tool
    if kind == "function":
        return {"type": kind, "parameters": None, "strict": False, **inside}
    return {"type": kind, **inside} | ({"format": _grammar(inside["format"])} if "format" in inside else {})


def _grammar(form: Any) -> Any:
    inside = form.get("grammar") if isinstance(form, dict) else None
    return {"type": "grammar", **inside} if isinstance(inside, dict) else form


def _choice(choice: Any) -> Any:
    """A choice of tools without the shells around their names."""
    kind = choice.get("type") if isinstance(choice, dict) else None
    inside = choice.get(kind) if kind else None
    if not isinstance(inside, dict):
        return choice
    if "tools" in inside:
        return {"type": kind, **inside, "tools": [_choice(tool) for tool in inside["tools"]]}
    return {"type": kind, **inside}


def _format(form: Any) -> Any:
    inside = form.get("json_schema") if isinstance(form, dict) else None
    return {"type": "json_schema", **inside} if isinstance(inside, dict) else form
