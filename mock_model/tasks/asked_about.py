"""Asked about: which town, ship or order the user has asked about, by the calls made for it or its name in a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mock_model.api.functions import made
from mock_model.sentences.stems import base
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import spaced

QUESTION = re.compile(
    r"(?:\A|(?<=[.!?,]\s)|\band )\W{0,9}(?:which|what)(?: \w+)? (?P<thing>\w+) "
    r"(?:did|have|had) (?:i|we) (?:just |already |last )?"
    r"(?:ask(?:ed)?(?: you)? (?:about|for)|want(?:ed)? to know about|inquired? about|look(?:ed)? up|search(?:ed)? for)\b",
    re.I,
)
MOST = 3  # of several, the newest


def asked_about(asked: str, messages: Sequence[dict]) -> str | None:
    """What the user has asked about, in a sentence; None where that is not the question, or nothing of the kind is found."""
    if not (found := QUESTION.search(asked)):
        return None
    thing = base(found["thing"].lower())
    told = list(dict.fromkeys([*_in_calls(thing, messages), *_in_questions(found["thing"], messages[:-1])]))[-MOST:]
    return f"You asked about {' and '.join(told)}." if told else None


def _in_calls(thing: str, messages: Sequence[dict]) -> Iterator[str]:
    """The arguments that have its name."""
    for _, given in made(messages):
        for key, value in given.items():
            if base(spaced(key).lower().split(" ")[-1]) == thing and isinstance(value, str | int | float):
                yield str(value)


def _in_questions(thing: str, messages: Sequence[dict]) -> Iterator[str]:
    """The names behind the word for it, in what the user has asked."""
    named = re.compile(rf"(?i:\b{re.escape(thing)}s?(?: of| called)?) ((?:[A-ZÀ-Þ][\w'’-]*)(?: [A-ZÀ-Þ][\w'’-]*)*)")
    for message in messages:
        if message["role"] == "user" and "?" in (text := text_of(message)):
            yield from named.findall(text)
