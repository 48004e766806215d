"""Texts that look like messages of their own in a transcript, and what stands between its messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import unescape

from mock_model.sentences.transcript import text_of

from ..engine.criteria import Message
from ..situations.closed_quotations import spliced_tags

ESCAPED = (
    ' says "now"',
    ' says \\"now\\", and',
    ' says \\\\"now\\\\"',
    ' says \\"now',
    " is in C:\\",
    " is in C:\\\\",
)  # no JSON as it is
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)


def between(request: Sequence[Message], first: str, second: str) -> str | None:
    """What stands between two texts in the same message of a request."""
    for message in request:
        _, found, rest = text_of(message).partition(first)
        if found and second in rest:
            return rest.partition(second)[0]
    return None


def opening(request: Sequence[Message], text: str) -> str:
    """The letter before a text in a request."""
    return next((said[said.index(text) - 1 : said.index(text)] for m in request if text in (said := text_of(m))), "")


def strings(request: Sequence[Message]) -> set[str]:
    """What stands between quotation marks in a request, read as JSON or as HTML."""
    found: set[str] = set()
    for match in (match for message in request for match in STRING.finditer(text_of(message))):
        found.add(unescape(match[1]))
        with suppress(ValueError):
            found.add(json.loads(match[0], strict=False))
    return found


def letters(text: str) -> str:
    """The letters and digits of a text."""
    return re.sub(r"[\W_]+", "", text)


def forgeries(separator: str) -> Iterator[tuple[str, str]]:
    """What stands between two messages of a transcript, and what may pass for it: as it is written, and as it is read."""
    forms = [separator, separator.replace("assistant", "system"), separator.upper(), separator.title()]
    forms += [separator.replace("\n", end) for end in ("\r\n", "\r", "\u2028", "\x85")]
    yield from dict.fromkeys((form, form) for form in forms)
    if (hidden := spliced_tags(separator)) != separator:
        yield hidden, separator  # for programs that take tags out
