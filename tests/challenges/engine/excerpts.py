"""A long text in few characters: cut between words where that can be, and never inside a number.

"17" that is shown as "7" is worse than no figure at all.
"""

from __future__ import annotations

import re

NUMBER_GOES_ON = re.compile(r"[.,_]?\d")
NUMBER_BEFORE = re.compile(r"[+-]?\d+(?:[.,_]\d+)*[.,_]?$")


def beginning(text: str, width: int) -> str:
    """The beginning of a text, with a mark at its end if it was cut, in at most `width` characters."""
    return text if len(text) <= width else f"{_cut(text, width - 2)} …"


def excerpt(text: str, width: int) -> str:
    """The beginning and the end of a text, with a mark in the middle if it was cut, in at most `width` characters."""
    if len(text) <= width:
        return text
    first, last = (width - 3) * 3 // 4, (width - 3) // 4
    return f"{_cut(text, first)} … {_cut(text[::-1], last)[::-1]}"


def _cut(text: str, width: int) -> str:
    """The first characters of a text that is longer. The last word is left out if it is cut, unless it is a long one."""
    kept = text[:width]
    if NUMBER_GOES_ON.match(text, width) and (number := NUMBER_BEFORE.search(kept)):
        kept = kept[: number.start()]
    space = kept.rfind(" ") if len(kept) == width and text[width] != " " else -1
    return kept[:space].rstrip() if space > width * 2 // 3 else kept.rstrip()
