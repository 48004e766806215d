"""Untrusted text into harmless lines, and how wide they are. A cell is the width of one Latin letter in a terminal."""

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

_JOINERS = "\u200c\u200d"  # needed inside emoji and in Persian and Indic words


def clean(text: str) -> str:
    """One line of harmless text: line ends become ↵; control, invisible and direction characters become �."""
    if len(text) > 1_000:  # only the ends of a long text are ever shown
        text = f"{text[:400]} … {text[-400:]}"
    text = re.sub(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*", " ↵ ", text)
    text = re.sub(r"\s+", " ", text).strip()
    return "".join("�" if _is_unsafe(char) else char for char in text)


def _is_unsafe(char: str) -> bool:
    # Cc: terminal codes and what XML forbids. Cf: invisible text and text that reverses a line. Cs: half a character.
    return char in "\ufffe\uffff" or (unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in _JOINERS)


def width(text: str) -> int:
    """How many cells the text is wide."""
    return sum(_widths(text))


def _widths(text: str) -> list[int]:
    """The width in cells of each character, so that columns line up after Chinese and emoji as well."""
    widths: list[int] = []
    before = ""
    for char in text:
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Cf") or "🏻" <= char <= "🏿":  # a mark, a joiner, a skin tone: no room of its own
            widths.append(1 if char == "\ufe0f" and widths and widths[-1] == 1 else 0)
        elif before == "\u200d" and category == "So":  # the second half of a joined emoji
            widths.append(0)
        else:
            widths.append(2 if unicodedata.east_asian_width(char) in "WF" else 1)
        before = char
    return widths


def shorten(text: str, cells: int) -> str:
    """The text if it fits into so many cells, else its beginning and its end with … between, cut at words."""
    widths = _widths(text)
    if sum(widths) <= cells:
        return text
    tail = (cells - 3) // 3
    start = bisect_right(list(accumulate(widths)), cells - 3 - tail)
    end = len(text) - bisect_right(list(accumulate(reversed(widths))), tail)
    while end < len(text) and widths[end] == 0:  # a mark without its letter
        end += 1
    space = text.find(" ", end - 1, end + tail // 2) + 1
    return f"{text[: _word_end(text, start)].rstrip()} … {text[space or end :].lstrip()}"


def wrap(text: str, cells: int, lines: int) -> list[str]:
    """The text in at most so many lines of so many cells; the last is shortened."""
    widths = _widths(text)
    if lines == 1 or sum(widths) <= cells:
        return [shorten(text, cells)]
    cut = _word_end(text, bisect_right(list(accumulate(widths)), cells))
    return [text[:cut].rstrip(), *wrap(text[cut:].lstrip(), cells, lines - 1)]


def _word_end(text: str, cut: int) -> int:
    """`cut`, or the end of the last word before it, unless that word is very long."""
    space = text.rfind(" ", 0, cut + 1)
    return space if space > cut * 2 // 3 else cut


def pad(text: str, cells: int) -> str:
    """The text with spaces behind it, so many cells wide."""
    # After Hebrew or Arabic a terminal may move the numbers of the row; a left-to-right mark keeps them in place.
    mark = "\u200e" if any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text) else ""
    return text + mark + " " * (cells - width(text))
