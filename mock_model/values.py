"""Values: the dates, times, sums, numbers, names and colours in a clause, each with its kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb, lemma

UNITS = set("year month week day hour minute second decade century night weekend".split())


class Value(NamedTuple):
    """A value and the words it stands in: words[start:end]."""

    kind: str
    start: int
    end: int


# What a question asks for, and the kinds of value that answer it.
TIMES = {"clock", "weekday", "date", "month", "year", "season", "moment"}
ANSWERS = {
    "when": TIMES | {"ordinal"},
    "clock": {"clock", "moment"},
    "day": {"weekday", "date", "ordinal", "moment", "month"},
    "count": {"number", "counted", "duration"},
    "amount": {"money", "number"},
    "measure": {"number", "counted", "duration"},
    "duration": {"duration", "counted", "date", "weekday", "month", "year", "moment"},
    "age": {"duration", "number"},
    "colour": {"colour"},
}


@lru_cache(maxsize=2048)
def values(clause: tuple[Word, ...]) -> tuple[Value, ...]:
    """The values of a clause, in order, the longest reading of each."""
    found: list[Value] = []
    index = 0
    while index < len(clause):
        value = _value_at(clause, index)
        if value is None:
            index += 1
        else:
            found.append(value)
            index = value.end
    return tuple(found)


def _value_at(clause: Sequence[Word], index: int) -> Value | None:
    word = clause[index]
    low = word.low
    after = clause[index + 1] if index + 1 < len(clause) else None
    then = clause[index + 2] if index + 2 < len(clause) else None
    month = _is_month(clause, index)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}(/\d+)?", low):
        return Value("date", index, index + 1)
    if re.fullmatch(r"\d{1,2}[:.]\d{2}( ?[ap]\.?m\.?)?|\d{1,2} ?([ap]m|[ap]\.m\.?)", low) and (
        ":" in low or "m" in low or after is None
    ):
        return Value("clock", index, index + 1)
    if low[0] in "$€£¥":
        return Value("money", index, index + 1)
    if _number(low) is not None:
        return _number_at(clause, index)
    if re.fullmatch(r"[A-Za-z]{1,5}[-_]?\d[\w-]*", word.text):
        return Value("code", index, index + 1)
    if month:
        if after and re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", after.low):
            return Value("date", index, index + 2)
        if after and after.low == "the" and then and re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", then.low):
            return Value("date", index, index + 3)
        return Value("month", index, index + 1)
    if lemma(low) in lx.WEEKDAYS or low in lx.WEEKDAYS or low.rstrip("s") in lx.WEEKDAYS:
        return Value("weekday", index, index + 1)
    if (low in lx.SEASONS and not (after and after.low in ("down", "off")) and word.lemma != "fall") or (
        low == "fall" and index and clause[index - 1].low in ("in", "this", "next", "the", "early", "late")
    ):
        return Value("season", index, index + 1)
    if low in lx.MOMENTS:
        return Value("moment", index, index + 1)
    if "colour" in lx.KIND_OF.get(low, ()):
        return Value("colour", index, index + 1)
    return None


def _number_at(clause: Sequence[Word], index: int) -> Value:
    """What a number is, from the words around it: money, a date, a time, how many of something …"""
    word, low = clause[index], clause[index].low
    end = index + 1
    while end < len(clause) and (
        _number(clause[end].low) is not None
        or (
            clause[end].low == "and"
            and end + 1 < len(clause)
            and lx.NUMBER_WORDS.get(clause[end - 1].low, 0) >= 100
            and _number(clause[end + 1].low) is not None
        )
    ):
        end += 1
    follows = clause[end] if end < len(clause) else None
    if follows and (follows.low in lx.CURRENCIES or follows.low in ("grand", "k")):
        return Value("money", index, end + 1)
    if _is_month(clause, end) or (follows and follows.low == "of" and _is_month(clause, end + 1)):
        return Value("date", index, end + (2 if follows.low == "of" else 1))
    if follows and follows.lemma in UNITS:
        return Value("duration", index, end + 1)
    if follows and follows.low in ("o'clock",):
        return Value("clock", index, end + 1)
    if re.fullmatch(r"(1[5-9]|20)\d\d", low):
        return Value("year", index, end)
    before = clause[index - 1].low if index else ""
    hour = (
        low.isdigit()
        and int(low) <= 24
        and end == index + 1
        and (follows is None or not follows.text[0].isalnum() or follows.low in lx.SMALL)
    )
    if hour and before in ("at", "by", "until", "till", "past"):
        return Value("clock", index, end)
    if re.fullmatch(r"\d{1,2}(st|nd|rd|th)", low):
        return Value("ordinal", index, end)
    if re.fullmatch(r"\d*[A-Za-z]+[-_]?\d\w*|[A-Za-z]+-\w*\d\w*", word.text):
        return Value("code", index, end)
    counted = follows is not None and follows.low not in lx.SMALL and follows.text[0].isalpha() and not is_verb(follows)
    return Value("counted" if counted else "number", index, end)


def _is_month(clause: Sequence[Word], index: int) -> bool:
    if index >= len(clause):
        return False
    word = clause[index]
    if word.low in ("may", "march"):
        return (word.text[0].isupper() and index > 0) or (index > 0 and bool(re.match(r"\d", clause[index - 1].low)))
    return word.low in lx.MONTHS or (word.low in lx.SHORT_MONTHS and word.low not in ("mar",))


def _number(low: str) -> float | None:
    if low in lx.NUMBER_WORDS and low not in ("no", "half", "once", "single", "couple", "pair"):
        return lx.NUMBER_WORDS[low]
    match = re.match(r"[+#]?\d", low)
    return 1.0 if match else None
