"""A list of objects in the reply of a model: what is certain is read, however it is wrapped, and the rest is refused."""

import json
import re
from collections.abc import Iterator
from typing import Any

_BEGINS = re.compile(r"[\[{]")
_MEANT_AS_JSON = re.compile(r'\[\s*(?:[\[{"\]]|$)|\{\s*(?:["}]|$)')  # not "[see above]"
_NUMBER = re.compile(
    r"\s*(?:(?:message|fact|number|no\.?|id)\s*)?#?(?P<n>\d{1,9})(?:\.0{0,9})?\s*", re.I
)  # of any script
_IN_BRACKETS = re.compile(r"\s*(?:\((.*)\)|\[(.*)\])\s*")
_STRING_OR_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*[\]}])', re.DOTALL)
_ITEM_ENDS = re.compile(r"(?<=\})")
CLOSINGS = ("", "]", "]}", "]}}")  # what may be missing behind a whole item: objects one after the other need nothing
MOST_ENDS = 50  # how many ends of items are tried: a } may stand in a text, too
UNCERTAIN = object()
LONGEST_NUMBER = 40  # characters in which a number is said


def items_in(reply: str, key: str) -> list[Any] | None:
    """The items of the one JSON list in a reply; None where there is no such list, a broken one, or more than one.

    Around the list there may be text, a code fence, thoughts (<think>…</think>), or an object such as {"facts": […]}.
    Objects that have the `key`, alone or one after the other, count as a list too. A comma behind the last item is no
    JSON, but says nothing else, and is passed over.
    """
    text = reply.strip().removeprefix("\ufeff")
    found = _list_in(text, key)
    if found is None and (without := _STRING_OR_LAST_COMMA.sub(lambda found: found[1] or "", text)) != text:
        found = _list_in(without, key)
    return found


def whole_items_in(reply: str, key: str) -> list[Any] | None:
    """The items that are whole in a list that breaks off; None where there is not one."""
    ends = [found.end() for found in _ITEM_ENDS.finditer(reply)]
    for end in reversed(ends[-MOST_ENDS:]):
        for closing in CLOSINGS:
            if items := items_in(reply[:end] + closing, key):
                return items
    return None


def _list_in(text: str, key: str) -> list[Any] | None:
    try:
        return _listed(_decoder.decode(text), key)
    except (ValueError, RecursionError):
        return _one_list(text, key)


def _one_list(text: str, key: str) -> list[Any] | None:
    """The items of the one list somewhere in a text."""
    if text.startswith("<think") and "</think" not in text:
        return None  # it never came to an end with its thoughts
    try:
        values = list(_values(re.split(r"</think(?:ing)?>", text)[-1]))
    except (ValueError, RecursionError):
        return None
    lists = [found for value in values if (found := _listed(value, key)) is not None]
    full = [found for found in lists if any(isinstance(item, dict) and key in item for item in found)]
    if len(full) > 1 and all(isinstance(value, dict) and key in value for value in values):
        return values  # one object after the other
    if all(found == full[0] for found in full[1:]):
        return full[0] if full else [] if [] in lists else None
    return None


def number_in(value: Any) -> int | None:
    """The whole number that a value is or says: 3, 3.0, "3", "#3", "[3]", "message 3", "３". None for all else, as True, [3]."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, str):
        if len(value) > LONGEST_NUMBER:
            return None
        inner = _IN_BRACKETS.fullmatch(value)
        said = _NUMBER.fullmatch((inner[1] or inner[2] or "") if inner else value)
        return int(said["n"]) if said else None
    return value if type(value) is int else None


def _values(text: str) -> Iterator[Any]:
    """The JSON lists and objects that stand in a text. Raises ValueError where one is broken off or not right."""
    at = 0
    while begins := _BEGINS.search(text, at):
        try:
            value, at = _decoder.raw_decode(text, begins.start())
        except ValueError:
            if _MEANT_AS_JSON.match(text, begins.start()):
                raise
            at = begins.end()  # a bracket in a sentence
        else:
            yield value


def _listed(value: Any, key: str) -> list[Any] | None:
    if isinstance(value, list):
        nested = [[item] if isinstance(item, dict) and key in item else _listed(item, key) for item in value]
        return [
            item for items, whole in zip(nested, value, strict=True) for item in ([whole] if items is None else items)
        ]
    if not isinstance(value, dict):
        return None
    if key in value:
        return [value]
    if value and all(isinstance(item, dict) and key in item for item in value.values()):
        return list(value.values())  # each under a name of its own
    inner = [found for item in value.values() if (found := _listed(item, key)) is not None]
    return inner[0] if len(inner) == 1 else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; of two values under one key neither is certain: there it has an object that is no JSON value."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = value if key not in found or repr(found[key]) == repr(value) else UNCERTAIN
    return found


_decoder = json.JSONDecoder(object_pairs_hook=_object, strict=False)  # line breaks may stand in a text
