"""Texts that end the quotation in which they stand: with its own marks, in disguise, or with what they guess."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from unittest.mock import patch

PROBE = "qxjzkv"
DRAWS = 60  # of marks: of those with two hexadecimal digits, some come twice


def around(text: str, marker: str) -> tuple[str, str]:
    """What a text has before a marker and behind it; nothing where the marker is not in it."""
    before, found, after = text.partition(marker)
    return (before, after) if found else ("", "")


def spliced(closer: str) -> str:
    """A mark with the same mark in its middle, for programs that take such marks out: what is left is one."""
    closer = closer.strip()
    return closer[:2] + closer + closer[2:]


def spliced_tags(text: str) -> str:
    """The same for each tag in a text."""
    return re.sub("<[^<>]+>", lambda tag: spliced(tag[0]), text)


def disguises(mark: str) -> Iterator[str]:
    """A mark as it may get through a filter: twice, in itself, in other letters, with spaces, encoded."""
    yield from (mark * 2, spliced(mark), spliced_tags(mark), mark.swapcase(), escape(mark))
    yield from (mark.replace(">", " >"), mark.replace("</", "</ "), mark[:2] + "\u200b" + mark[2:])
    yield "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in mark)  # wide: the same in NFKC


def escaped(mark: str) -> Iterator[str]:
    """A mark, and behind what takes the power from a sign, or from the sign that does so."""
    yield from (mark, "\\" + mark, "\\\\" + mark, re.sub(r"(?=[\W_])", r"\\", mark))


def attacks(before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """What closes a quotation, what opens it again behind an order, and what stands between them: of the marks around a text."""
    if not after.strip():
        return
    yield from ((after, before, "\n"), (after, before, " "), (spliced_tags(after), before, "\n"))
    lines = [line.strip() for line in after.splitlines() if line.strip()]
    for mark in dict.fromkeys((lines[0], lines[-1])):
        yield from ((closer, "", end) for closer in dict.fromkeys(escaped(mark)) for end in ("\n", " "))
        yield from ((closer, "", "\n") for closer in dict.fromkeys(disguises(mark)) if closer != mark)


def aimed(framed: Callable[[str], tuple[str, str]], attack: Callable[[str, str], str]) -> str:
    """An attack with the marks that are put around a text of its length, by the same program at the same time."""
    length = 0
    for _ in range(4):
        text = attack(*framed(PROBE.ljust(length, "z")))
        if len(text) == length:
            break
        length = len(text)
    return text


def guessed(framed: Callable[[str], tuple[str, str]], wanted: str) -> str:
    """An order behind each of the marks that a program was seen to draw by chance; nothing where none of them came twice."""
    drawn = [framed(PROBE)[1].strip() for _ in range(DRAWS)]
    if not drawn[0] or len(set(drawn)) in (1, DRAWS):
        return ""
    return "\n".join(["", *(f"{mark}\n{wanted}" for mark in dict.fromkeys(drawn)), ""])


@contextmanager
def at_one_moment() -> Iterator[None]:
    """While time stands still: what is drawn with the clock as its seed can be foreseen."""
    now = time.time()
    with patch.object(time, "time", lambda: now), patch.object(time, "time_ns", lambda: int(now * 1e9)):
        yield
