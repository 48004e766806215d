"""A request of a chat as one of the Responses API: items in the place of messages, tools without a shell, other names."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from ..errors import IncompleteReply
from ..replies.extras import LIMITS, STORE, STREAM_OPTIONS, Asking
from ..replies.steps import Request
from .items import items_from
from .reply import ServerError

LIMIT = "max_output_tokens"
ASKING = Asking(
    limits=(LIMIT,),
    least=16,  # less is refused: `integer below minimum value`
    # A server that is not told so stores what is said; "auto" leaves out the oldest items, and says nothing of it.
    always={STORE: False, "truncation": "disabled"},
    # OpenAI seals what was thought unasked by now, others only so. (It refuses this for a model that does not think.)
    with_tools={"include": ["reasoning.encrypted_content"]},
    said_of={"include": ("encrypted content is not supported",)},
    stream_options=False,  # a stream says its usage in any case, and the server refuses to be asked for it
    effort=False,
)
# Sealed elsewhere, or for another organisation: an error's code, and what gateways leave of it.
NOT_MINE = "invalid_encrypted_content"
NOT_MINE_IN_WORDS = re.compile(
    r"encrypted.content\b.*(could not|cannot) be|encrypted.content\b.*not issued", re.I | re.S
)
INSIDE = {"reasoning_effort": ("reasoning", "effort"), "verbosity": ("text", "verbosity")}


def responses_request(request: Request, held: int = 0, unreadable: AbstractSet[str] = frozenset()) -> Request:
    """The request of a chat, with all its parameters, as the Responses API wants it; what is not known stays as it is.

    The first messages are not sent where the server has `held` so many, and neither is what was thought, where it is
    `unreadable` there.
    """
    sent: Request = {}
    inner: dict[str, dict[str, Any]] = {}  # parameters that hold others
    for name, value in request.items():
        if name == "messages":
            sent["input"] = items_from(value, held, unreadable)
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
        elif name != STREAM_OPTIONS:
            sent[name] = value
    for name, values in inner.items():
        said = sent.get(name)
        sent[name] = values | said if isinstance(said, dict) else values
    return sent


def unreadable_in(error: Exception, request: Request) -> AbstractSet[str]:
    """What was thought, in the messages of a request, where the server says that it cannot read it: all of it that is sealed."""
    if isinstance(error, IncompleteReply) and not isinstance(error, ServerError):  # the model's words
        return frozenset()
    if getattr(error, "code", None) != NOT_MINE and not NOT_MINE_IN_WORDS.search(str(error)):
        return frozenset()
    thought = (item for message in request["messages"] for item in message.get("reasoning_items") or ())
    return {str(sealed) for item in thought if (sealed := item.get("encrypted_content"))}


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
