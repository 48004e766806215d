"""Patterns: short texts that a regular expression matches, made from what it is parsed into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as op
from re import _parser as parser
from typing import Any

LETTERS = "aA0 -_.,:;@/+#'\"!?()[]{}%&=*<>|$^~`\\\n\té"  # tried in this order where several fit
_CLASSES = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_SPACE: r"\s", op.CATEGORY_WORD: r"\w"}
_CLASSES |= {op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_NOT_SPACE: r"\S", op.CATEGORY_NOT_WORD: r"\W"}
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_MORE = (*range(17), 24, 32, 64)  # times above the least that what may be repeated is
LONGEST = 10_000  # characters


def examples(pattern: str, least: int = 0) -> Iterator[str]:
    """Texts that a pattern probably matches, the shortest first; the caller tries them, for it may look around itself.

    `least` is a length, in characters, that one of them should have.

    Raises nothing for a pattern that `re.compile` takes.
    """
    parsed = parser.parse(pattern)
    for choice in (0, 1, 2):  # of alternatives
        for more in (*_MORE, least):
            text = _text(parsed, more, choice, [])
            if len(text) <= LONGEST:
                yield text


def _text(parsed: Any, more: int, choice: int, groups: list[str]) -> str:
    written = ""
    for kind, value in parsed:
        if kind in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
            written += _letter(kind, value)
        elif kind in _REPEATS:
            least, most, inner = value
            times = min(least + more, int(most), LONGEST)
            written += "".join(_text(inner, more, choice, groups) for _ in range(times))[: LONGEST + 1]
        elif kind is op.SUBPATTERN:
            groups.append(_text(value[-1], more, choice, groups))
            written += groups[-1]
        elif kind is op.BRANCH:
            written += _text(value[1][choice % len(value[1])], more, choice, groups)
        elif kind is op.ATOMIC_GROUP:
            written += _text(value, more, choice, groups)
        elif kind is op.GROUPREF and groups:
            written += groups[-1]
    return written


def _letter(kind: Any, value: Any) -> str:
    """The first letter that fits one place."""
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.ANY:
        return "a"
    items = [(op.NEGATE, None), (op.LITERAL, value)] if kind is op.NOT_LITERAL else value
    ranges = (chr(inner[0]) for what, inner in items if what is op.RANGE)
    literals = (chr(inner) for what, inner in items if what is op.LITERAL)
    return next((letter for letter in (*LETTERS, *ranges, *literals) if _is_in(letter, items)), "a")


def _is_in(letter: str, items: list[tuple[Any, Any]]) -> bool:
    found = False
    for what, value in items:
        found |= (
            (what is op.LITERAL and ord(letter) == value)
            or (what is op.RANGE and value[0] <= ord(letter) <= value[1])
            or (what is op.CATEGORY and bool(re.match(_CLASSES[value], letter)))
        )
    return found != (items[0][0] is op.NEGATE)
