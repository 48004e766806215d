"""How well each message of a talk answers a question: by the question's terms in it and just before it, by speaker and by day.

A question and its answer seldom share words: "How large is it?", "Sixty square metres." So a term holds on from one message to
the next and fades on the way, less where somebody replies to a question, and soon holds no longer: what is told of something
else by then has nothing to do with the question. Rare terms weigh more, as in BM25.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from math import log
from typing import NamedTuple

from . import terms
from .days import days_asked

FADES = 0.7  # what is left of a term a message later
REPLIES = 0.9  # the same where that message replies to a question of somebody else's
GONE = 0.2  # so little of a term holds no longer, and a message worth so little of the best one is not found
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
    """The worth of each message for a question; 0 where it does not bear on it. Linear in the messages."""
    found = [frozenset(terms.of_fact(one.text)) for one in said]
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
        held = {term: left for term, share in held.items() if (left := share * fades) > GONE}
        held |= {term: 1.0 for term in asked if term in own}
        value = sum(weight[term] * share for term, share in held.items())
        value /= 1 + SATURATION * (1 - LENGTH + LENGTH * len(own) / max(1, usual))
        if days is not None and one.day in days:
            value = IN_DAYS * max(value, least)
        value *= ASKS if _asks(one) and not _ENDS.search(one.text) else 1
        value *= 1 if whose is None or whose in ((one.role, ""), ("", one.name)) else OTHERS
        worths.append(value)
    floor = GONE * max(worths, default=0.0)
    return [value if value > floor else 0.0 for value in worths]


_ENDS = re.compile(r"[.!…] ")  # of a sentence, with another behind it
_POLITE = re.compile(r"\b(?:can|could|will|would|do) you\b", re.I)  # "Can you tell me …" asks for nobody's words
_PRONOUN = re.compile(r"\b(?:(i|my|mine|we|our|ours)|you|your|yours)\b", re.I)
_SAYS = re.compile(  # "did I …", "you recommended", "you've already told me": who it is, whatever other pronouns there are
    r"\b(?:did|have|had) (?:(i|we)|you)\b|\b(?:(i|we)|you)(?:'ve| have| had)?(?: already| just| once| also| first| last)? "
    r"(?:said|told|asked|answered|advised|claimed|explained|listed|mentioned|named|promised|proposed|recommended|replied"
    r"|suggested|warned|wrote)\b",
    re.I,
)


def _whose(question: str, said: Sequence[Said]) -> tuple[str, str] | None:
    """Whose words are asked for, as a role or a name: the user's ("did I"), the model's ("you said"), or a speaker's.

    None where the question does not say it, or names more than one.
    """
    plain = _POLITE.sub("", question.replace("’", "'"))
    sides = {"user" if match[1] or match[2] else "assistant" for match in _SAYS.finditer(plain)}
    if not sides:
        asked = set(terms.of_question(question))
        if named := [name for name in {one.name for one in said if one.name} if _is_named(name, question, asked)]:
            return ("", named[0]) if len(named) == 1 else None
        sides = {"user" if match[1] else "assistant" for match in _PRONOUN.finditer(plain)}
    return (sides.pop(), "") if len(sides) == 1 else None


def _is_named(name: str, question: str, asked: set[str]) -> bool:
    """Whether a name stands in a question as a word, or a run of letters, of its own: "Will", but not "will"."""
    written = name.replace("_", " ")
    there = any(form in question for form in (written, written[:1].upper() + written[1:]))
    return there and asked.issuperset(terms.of_question(written))


def _asks(one: Said) -> bool:
    return one.text.rstrip().endswith(("?", "？"))
