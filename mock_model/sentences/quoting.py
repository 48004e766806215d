"""Quoting: the lists in JSON that code puts into a message, such as notes about the user or messages to look through.

What stands in such a list is data. As notes it can be asked for, whoever hands it over; it is nobody's order.
"""

from __future__ import annotations

import ast
import json
import re
from typing import NamedTuple

from mock_model.sentences.remembering import remembered

OPENS = re.compile(r"\[\s*(?=[\"'{])")
HEADING = re.compile(r"(?:(?:(?<=\n)|(?<=[.!?]\s)|^)[^\n.!?]{0,80}:|<[\w -]+>)$")  # "Notes, quoted:", "<notes>"
FENCE = re.compile(r"\s*```\w*\s*$")
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*+("?)')  # where nothing ends it, to the end of its line: none begins inside it
PYTHON = re.compile(r"\[\s*(?:\{\s*)?[\"']")  # as Python shows it
LONGEST_PYTHON = 20_000  # characters
MOST_LISTS = 200  # that are looked for in one text
_JSON = json.JSONDecoder(strict=False)


class Quoted(NamedTuple):
    """A list in a text."""

    start: int  # where it begins
    end: int
    items: tuple
    heading: str  # what stands before it, such as "Known facts:"


@remembered(256)
def lists_in(text: str) -> tuple[Quoted, ...]:
    """The lists of texts or objects in a text, written as JSON or as Python shows them; not the lists inside them."""
    found: list[Quoted] = []
    at = 0
    for _ in range(MOST_LISTS):
        opening = OPENS.search(text, at)
        if not opening:
            break
        items, at = _parsed(text, opening.start())
        if items:
            last = found[-1].end if found else 0
            before = FENCE.sub("", text[max(last, opening.start() - 200) : opening.start()]).rstrip()
            heading = HEADING.search(before)
            found.append(Quoted(opening.start(), at, tuple(items), heading[0] if heading else ""))
    return tuple(found)


def _parsed(text: str, start: int) -> tuple[list, int]:
    """The list that begins there and where it ends; no items where none can be read."""
    try:
        return _JSON.raw_decode(text, start)
    except (ValueError, RecursionError):
        pass
    if PYTHON.match(text, start):
        end = start
        for _ in range(5):
            end = text.find("]", end, start + LONGEST_PYTHON) + 1
            if not end:
                break
            try:
                return list(ast.literal_eval(text[start:end])), end
            except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
                continue
    return [], start + 1


def text_in(item: object) -> str:
    """What an item of a list says: itself, or the longest text of an object."""
    if isinstance(item, dict):
        return max((value for value in item.values() if isinstance(value, str)), key=len, default="")
    return item if isinstance(item, str) else ""


def _are_notes(quoted: Quoted) -> bool:
    if any(isinstance(item, dict) and "role" in item for item in quoted.items):
        return False  # messages
    return any(len(text_in(item).split()) > 1 for item in quoted.items)


def notes_in(text: str) -> list[str]:
    """What the notes quoted in a message say, one after the other."""
    return [said for quoted in lists_in(text) if _are_notes(quoted) for item in quoted.items if (said := text_in(item))]


def without_lists(text: str, *, notes_only: bool = False) -> str:
    """A text without its lists, and without the headings and the fences around them."""
    for quoted in reversed(lists_in(text)):
        if notes_only and not _are_notes(quoted):
            continue
        before, after = text[: quoted.start], text[quoted.end :]
        if fence := FENCE.search(before, max(len(before) - 200, 0)):
            before, after = before[: fence.start()], re.sub(r"^\s*```", "", after)
        before = before.rstrip()
        text = before.removesuffix(quoted.heading if quoted.heading[-1:] == ":" else "") + "\n" + after
    return text


def without_strings(text: str) -> str:
    """A text without what it quotes as a JSON string: lines that became one, with their ends and quotes escaped."""
    if "\\" not in text:
        return text
    return STRING.sub(lambda m: "\n" if m[1] and re.search(r"\\[n\"]", m[0]) else m[0], text)
