"""The calls of a reply, as they arrive: whole, or in pieces of a stream; and as they are sent back with the reply."""

import json
import re
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from ..content import field, is_of_openai
from ..messages import Call
from ..unsendable import all_whole

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
LONGEST_NAME = 64


class Calls:
    """The calls of one reply. A stream's pieces belong to the call with their index, and to the last one without.

    Servers differ in how a new call begins: with an index of its own, with an id of its own under an index that is there
    already, or with nothing but a name: another one, or one after arguments that are complete. A piece without a name
    begins none where there is one that it can belong to, whatever its id.
    """

    def __init__(self) -> None:
        self._calls: list[dict[str, Any]] = []
        self._at: dict[Any, dict[str, Any]] = {}  # the newest call with an index

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, calls: Any, *, whole: bool) -> None:
        """Take in the calls of a message, or with `whole=False` those of a piece of one."""
        for came in calls if isinstance(calls, (list, tuple)) else [calls] if calls else []:
            piece = plain(came)
            if isinstance(piece, dict):
                index = piece.pop("index", None)
                call = None if whole else self._begun(piece, index)
                if call is None:
                    call = {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
                    self._calls.append(call)
                self._at[index] = call
                _add(call, piece)

    def made(self) -> list[Call]:
        """The calls in their order, as a request can hold them: each with an id of its own, and a name that is one.

        What a server adds to a call goes back with it: some want it so (Gemini's thought signature).
        """
        ids: set[str] = set()
        for call in self._calls:
            if not call["id"] or call["id"] in ids:
                call["id"] = f"call_{uuid4().hex[:24]}"
            ids.add(call["id"])
            if isinstance(custom := call.pop("custom", None), dict):
                call.pop("function", None)
                input = str(custom.get("input") or "")
                call |= {"type": "custom", "custom": custom | {"name": _name(custom.get("name")), "input": input}}
            else:
                function = call["function"]
                function["name"] = _name(function["name"])
                function["arguments"] = function["arguments"] if function["arguments"].strip() else "{}"
        return cast(list[Call], all_whole(self._calls))

    def text(self) -> str:
        """What the model wrote of them, for a count where the server says nothing."""
        return "".join(f"{call['function']['name']}{call['function']['arguments']}" for call in self._functions())

    def _functions(self) -> Iterable[dict[str, Any]]:
        return (call for call in self._calls if "function" in call)

    def _begun(self, piece: dict[str, Any], index: Any) -> dict[str, Any] | None:
        """The call that this piece goes on with; None where it begins one."""
        id, name = str(piece.get("id") or ""), field(piece.get("function") or piece.get("custom"), "name")
        last = next(reversed(self._calls), None)
        if index is None and id:
            same = next((call for call in self._calls if call["id"] == id), None)
            return same or (None if name else last)
        call = last if index is None else self._at.get(index)
        if call is None or not name:
            return call
        if id and call["id"]:
            return call if id == call["id"] else None
        its = call["function"]
        return None if its["name"] and (name != its["name"] or _is_complete(its["arguments"])) else call


def _name(name: Any) -> str:
    return NOT_IN_A_NAME.sub("_", str(name or ""))[:LONGEST_NAME] or "unknown"


def _add(call: dict[str, Any], piece: dict[str, Any]) -> None:
    """Add a piece to its call. What is said again is not added again; arguments are."""
    function = piece.pop("function", None)
    call["id"] = call["id"] or str(piece.pop("id", None) or "")
    piece.pop("id", None)
    call |= {key: value for key, value in piece.items() if value is not None and (value or key != "type")}
    if not isinstance(function, dict):
        return
    its = call["function"]
    its["name"] = its["name"] or str(function.pop("name", None) or "")
    function.pop("name", None)
    arguments = function.pop("arguments", None)
    if arguments is not None and not isinstance(arguments, str):  # Ollama's own form: an object
        arguments = json.dumps(arguments, ensure_ascii=False, default=str)
    its["arguments"] += arguments or ""
    its |= {key: value for key, value in function.items() if value is not None}


def _is_complete(arguments: str) -> bool:
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return False
    return True


def plain(thing: Any) -> Any:
    """What a client returns as plain JSON values: objects of the openai package, or simple ones, become dicts."""
    if thing is None or isinstance(thing, str):  # as most are
        return thing
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [plain(value) for value in thing]
    if is_of_openai(thing):
        fields = {**vars(thing), **(thing.model_extra or {})}
        return {key: plain(value) for key, value in fields.items() if value is not None}
    if hasattr(type(thing), "model_dump"):
        return thing.model_dump(exclude_none=True)
    return plain(vars(thing)) if isinstance(thing, SimpleNamespace) else thing
