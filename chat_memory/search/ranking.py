"""How well each message of a talk answers a question: by the question's terms in it and just before it, by speaker and by day.

A question and its answer seldom share words: "How large is it?", "Sixty square metres." So a term holds on from one message to
the next and fades on the way, less where somebody replies to a question. Rare terms weigh more, as in BM25.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from math import log
from typing import NamedTuple

from . import terms
from .days import days_asked

FADES = 0.7  # what is left of a term a message later
REPLIES = 0.9  # the same where that message replies to a question of somebody else's
OTHERS = 0.5  # the worth of a message of somebody else than the one whose words are asked for
ASKS = 0.5  # the worth of a message that is nothing but a question
IN_DAYS = 2.0  # the worth of a message of the days that are asked for
SATURATION, LENGTH = 1.2, 0.3  # k1 and b of BM25: by how much a long message is worth less


class Said(NamedTuple):
    """A message of a talk, as it is ranked: its words, whose they are, and when they were said."""

    text: str
    role: str
    name: str = ""
    day: date | None = None


def worth(question: str, said: Sequence[Said], today: date) -> list[float]:
    """The worth of each message for a question; 0 where it has nothing to do with it. Linear in the messages."""
    found = [_terms(one.text) for one in said]
    holding = Counter(term for each in found for term in each)
    asked = [term for term in terms.of_question(question) if term in holding]
    weight = {term: log(1 + (len(said) - holding[term] + 0.5) / (holding[term] + 0.5)) for term in asked}
    whose, days = _whose(question, said), days_asked(question, today)
    least = min(weight.values(), default=1.0) / 10  # of what shares no word, but was said on days that are asked for
    usual = sum(map(len, found)) / max(1, len(found))
    held: dict[str, float] = {}
    worths = []
    for place, (one, own) in enumerate(zip(said, found, strict=True)):
        before = said[place - 1] if place else one
        fades = REPLIES if _asks(before) and before.role != one.role else FADES
        held = {term: share * fades for term, share in held.items()} | {term: 1.0 for term in asked if term in own}
        value = sum(weight[term] * share for term, share in held.items())
        value /= 1 + SATURATION * (1 - LENGTH + LENGTH * len(own) / max(1, usual))
        if days is not None and one.day in days:
            value = IN_DAYS * max(value, least)
        value *= ASKS if _asks(one) and not _ENDS.search(one.text) else 1
        value *= 1 if whose is None or whose in (one.role, one.name) else OTHERS
        worths.append(value)
    return worths


_ENDS = re.compile(r"[.!…] ")  # of a sentence, with another behind it
_POLITE = re.compile(r"\b(?:can|could|will|would|do) you\b", re.I)  # "Can you tell me …" asks for nobody's words
_PRONOUN = re.compile(r"\b(?:(i|my|mine|we|our|ours)|you|your)\b", re.I)


def _whose(question: str, said: Sequence[Said]) -> str | None:
    """Whose words are asked for: a speaker's whose name stands there, the user's ("did I"), or the model's ("did you")."""
    names = {one.name for one in said if one.name}
    named = [name for name in names if re.search(rf"\b{re.escape(name)}\b", question, re.I)]
    if named:
        return named[0] if len(named) == 1 else None
    first = _PRONOUN.search(_POLITE.sub("", question))
    return None if first is None else "user" if first[1] else "assistant"


def _asks(one: Said) -> bool:
    return one.text.rstrip().endswith(("?", "？"))


@lru_cache(maxsize=16_384)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms.of_fact(text))
