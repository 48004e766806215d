"""Values: the dates, times, sums, numbers, names and colours in a sentence, each with its kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mock_model.sentences import lists
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import known
from mock_model.sentences.words import Word

TIMES = frozenset("clock weekday date month year season moment ordinal".split())
FORMS = (  # what a word by itself is, by its form
    ("date", re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}(/\d+)?")),
    ("clock", re.compile(r"\d{1,2}:\d{2}( ?[ap]\.?m\.?)?|\d{1,2}([:.]\d{2})? ?([ap]m|[ap]\.m\.?)|\d{3,4}hrs?")),
    ("money", re.compile(r"[$€£¥₹].*|\d[\d,.]*[€£$]")),
    ("address", re.compile(r"https?://.*|\S+@\S+\.\w+|www\..*")),
    ("phone", re.compile(r"[+#]?\d[\d ]{7,}\d")),
    ("percent", re.compile(r"\d[\d.,]*%")),
    ("ordinal", re.compile(r"\d{1,2}(st|nd|rd|th)|first|second|third|fourth|fifth|tenth|twelfth")),
    ("code", re.compile(r"(?=.*\d)(?=.*[a-z])[a-z\d][\w#-]*(?<!st)(?<!nd)(?<!rd)(?<!th)|\d+-\d[\d-]*")),
)
NUMBER = re.compile(r"[+#]?\d[\d,.]*k?")
DIGITS = re.compile(r"[$€£¥#+]?\s?(\d[\d,]*(?:\.\d+)?)(k?)[%°a-z€£]*")
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
ONCE = frozenset(("once", "twice", "half", "couple", "pair", "second"))
MEASURED = re.compile(
    r"\d[\d,.]*(?:" + "|".join(sorted(map(re.escape, lists.MEASURES), key=len, reverse=True)) + r")s?"
)
AT = frozenset("at by until till past before around from to".split())
COLOURS = frozenset(
    "red blue green yellow orange purple violet pink brown black white grey gray silver beige cream navy turquoise teal maroon"
    " crimson scarlet lilac magenta cyan indigo khaki burgundy mustard ochre".split()
)


class Value(NamedTuple):
    """A value and the words that it stands in: words[start:end]."""

    kind: str
    start: int
    end: int


@remembered(2048)
def values(spoken: tuple[Word, ...]) -> tuple[Value, ...]:
    """The values of a sentence, in order, the longest reading of each."""
    found: list[Value] = []
    index = 0
    while index < len(spoken):
        value = _value_at(spoken, index)
        if value:
            found.append(value)
        index = value.end if value else index + 1
    return tuple(found)


def numbers(spoken: tuple[Word, ...]) -> list[tuple[str, float]]:
    """The numbers in a sentence, each with the kind of value that it begins: ("duration", 3.0) for "three nights"."""
    found: list[tuple[str, float]] = []
    for value in values(spoken):
        word, before = spoken[value.start], spoken[value.start - 1].low if value.start else ""
        digits = DIGITS.fullmatch(word.low)
        if (digits or word.low in lists.NUMBERS) and before not in ("which", "this", "that"):  # "this one"
            number = (
                float(digits[1].replace(",", "")) * (1000 if digits[2] else 1) if digits else lists.NUMBERS[word.low]
            )
            found.append((value.kind, -number if before == "minus" or (before == "-" and word.glued) else number))
    return found


def _value_at(spoken: Sequence[Word], index: int) -> Value | None:
    word = spoken[index]
    low = word.low
    after = spoken[index + 1].low if index + 1 < len(spoken) else ""
    if MEASURED.fullmatch(low):
        return Value("measure", index, index + 1)
    if _is_month(spoken, index):
        day = index + 2 if after == "the" else index + 1
        dated = day < len(spoken) and re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", spoken[day].low)
        return Value("date", index, day + 1) if dated else Value("month", index, index + 1)
    kind = next((kind for kind, form in FORMS if form.fullmatch(low)), None)
    if kind == "ordinal":
        of = index + (2 if after == "of" else 1)
        return Value("date", index, of + 1) if _is_month(spoken, of) else Value("ordinal", index, index + 1)
    if kind:
        return Value(kind, index, index + 1)
    if NUMBER.fullmatch(low) or (low.partition("-")[0] in lists.NUMBERS and low not in ONCE):
        return _number_at(spoken, index)
    if low in lists.WEEKDAYS and (len(low) > 4 or word.text[0].isupper()):
        return Value("weekday", index, index + 1)
    if low in lists.SEASONS and (low not in ("fall", "spring") or not after.startswith(("down", "off", "over"))):
        return Value("season", index, index + 1)
    if low in lists.MOMENTS:
        return Value("moment", index, index + 1)
    if low in COLOURS:
        return Value("colour", index, index + 1)
    before = spoken[index - 1].low if index else ""
    if before in ("called", "named", "name's", "nicknamed") and word.text[0].isalpha() and low not in lists.SMALL:
        return Value("name", index, _name_end(spoken, index) or index + 1)
    end = _name_end(spoken, index)
    return Value("name", index, end) if end else None


def _number_at(spoken: Sequence[Word], index: int) -> Value:
    """What a number is, from the words around it: money, a date, a time, how much of something."""
    end = index + 1
    while end < len(spoken) and spoken[end].low in lists.NUMBERS and spoken[end].low not in ONCE:
        end += 1
    low, follows = spoken[index].low, spoken[end] if end < len(spoken) else None
    before = spoken[index - 1].low if index else ""
    if follows and (follows.low in lists.CURRENCIES):
        return Value("money", index, end + 1)
    if _is_month(spoken, end):
        return Value("date", index, end + 1)
    if follows and follows.base in lists.UNITS:
        return Value("duration", index, end + 1)
    if follows and (follows.low in lists.MEASURES or follows.base in lists.MEASURES):
        return Value("measure", index, end + 1)
    if follows and follows.low in ("o'clock", "am", "pm"):
        return Value("clock", index, end + 1)
    if YEAR.fullmatch(low):
        return Value("year", index, end)
    if (
        before in AT
        and low.isdigit()
        and int(low) <= 24
        and (follows is None or follows.low in lists.SMALL or not follows.text[0].isalnum())
    ):
        return Value("clock", index, end)
    counted = follows is not None and follows.low not in lists.SMALL and follows.text[0].isalpha()
    return Value("counted" if counted else "number", index, end)


def _is_month(spoken: Sequence[Word], index: int) -> bool:
    if index >= len(spoken) or spoken[index].low not in lists.MONTHS:
        return False
    word, before = spoken[index], spoken[index - 1] if index else None
    if word.low in ("may", "march", "mar", "sun", "sat"):
        dated = index + 1 < len(spoken) and spoken[index + 1].low[0].isdigit()
        return word.text[0].isupper() and before is not None and (before.low not in ("i", "we", ".") or dated)
    return True


def _name_end(spoken: Sequence[Word], index: int) -> int:
    """Where a name ends that begins here, or 0: words with capital letters, the first of a sentence if no word that is known."""
    end = index
    while end < len(spoken) and _is_name(spoken, end):
        end += 1
    return end if end > index else 0


def _is_name(spoken: Sequence[Word], index: int) -> bool:
    word = spoken[index]
    if not word.text[0].isupper() or word.low in ("i", "ok", "okay", "tv", "hi"):
        return False
    first = index == 0 or spoken[index - 1].text in ".:!?\"“(‘'…—–-"
    if not first:
        return word.low not in lists.SMALL or word.low in ("will", "may", "sue", "art")
    if word.low in lists.SMALL or word.low in lists.PEOPLE:
        return False
    return word.low in lists.GIVEN or (word.low not in known()[1] and word.base not in known()[1])
