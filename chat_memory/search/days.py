"""The days that a question asks for: "yesterday", "two weeks ago", "in March", "on 14 March", "last Monday"."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
COUNTS = {word: n for n, word in enumerate("a two three four five six seven eight nine ten".split(), 1)} | {"one": 1}


class Days(NamedTuple):
    """From one day to another, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def days_asked(question: str, today: date) -> Days | None:
    """The days that an English question names, seen from today; None where it names none, or where only a part is understood.

    So none are read of "in March or April", "since yesterday", "the song Yesterday", nor, as it may be yet to come, of "Where
    do we fly in March?". Names of months have a capital. A month or day without a year is the latest that is not after today.
    """
    for pattern, days in _READ:
        if match := pattern.search(question):
            try:
                return days(match, today) if _is_whole(match, question) else None
            except (ValueError, OverflowError):
                return None  # 31 June
    return None


def _is_whole(match: re.Match[str], question: str) -> bool:
    """Whether a phrase stands alone, not as a part of a longer one or of a title, and is about what was."""
    before, behind = question[: match.start()], question[match.end() :]
    if _LONGER_BEFORE.search(before) or _LONGER_BEHIND.match(behind):
        return False
    if match[0][0].isupper() and match[0].split()[0] not in MONTHS and not _BEGINS.search(before):
        return False
    is_open = "month" in match.re.groupindex and not (match["year"] or match["back"])
    return not is_open or not _NOW.search(question) or bool(_PAST.search(question))


def _named(match: re.Match[str], today: date) -> Days:
    month, day = MONTHS.index(match["month"]) + 1, int(match["day"])
    if (year := _year(match, today)) is not None:
        return _day(date(year, month, day))
    return _day(date(today.year - ((month, day) > (today.month, today.day)), month, day))


def _of_month(match: re.Match[str], today: date) -> Days:
    month, year = MONTHS.index(match["month"]) + 1, _year(match, today)
    whole = _month(today.year - (month > today.month) if year is None else year, month)
    part = (match["part"] or "").lower()
    if part in ("beginning", "start", "early"):
        return Days(whole.first, whole.first + timedelta(days=9))
    if part == "middle":
        return Days(whole.first + timedelta(days=9), whole.first + timedelta(days=19))
    return Days(whole.last - timedelta(days=9), whole.last) if part in ("end", "late") else whole


def _year(match: re.Match[str], today: date) -> int | None:
    """The year that stands behind a month, "2025" or "last year"; None where none does."""
    if match["back"]:
        return today.year - (match["back"].lower() == "last")
    return int(match["year"]) if match["year"] else None


def _ago(match: re.Match[str], today: date) -> Days:
    count = int(match["count"]) if match["count"].isdecimal() else COUNTS[match["count"].lower()]
    if match["unit"].lower() == "day":
        return _day(today - timedelta(days=count))
    if match["unit"].lower() == "week":
        around = today - timedelta(weeks=count)
        return Days(around - timedelta(days=3), around + timedelta(days=3))
    months = 12 * today.year + today.month - 1 - count
    return _month(months // 12, months % 12 + 1)


def _calendar(match: re.Match[str], today: date) -> Days:
    back = match["which"].lower() == "last"
    if match["unit"].lower() == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return Days(monday, monday + timedelta(days=6))
    if match["unit"].lower() == "month":
        return _month(today.year - (back and today.month == 1), (today.month - 1 - back) % 12 + 1)
    return Days(date(today.year - back, 1, 1), date(today.year - back, 12, 31))


def _weekday(match: re.Match[str], today: date) -> Days:
    back = (today.weekday() - WEEKDAYS.index(match["weekday"].lower())) % 7
    return _day(today - timedelta(days=back or 7))


def _day(day: date) -> Days:
    return Days(day, day)


def _month(year: int, month: int) -> Days:
    return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


_MONTH = f"(?P<month>(?-i:{'|'.join(MONTHS)}))"
_YEAR = r"(?:,? (?P<year>\d{4})|,? (?:of )?(?P<back>last|this) year)?\b"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_READ: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], Days]]] = [
    (re.compile(pattern, re.I), days)
    for pattern, days in (
        (r"\b(\d{4}-\d{2}-\d{2})\b", lambda match, _: _day(date.fromisoformat(match[1]))),
        (rf"\b(?P<part>beginning|start|middle|end) of (?:the )?{_MONTH}{_YEAR}", _of_month),
        (rf"\b{_DAY} (?:of )?{_MONTH}{_YEAR}", _named),
        (rf"(?<=[\w,] ){_MONTH} {_DAY}{_YEAR}", _named),
        (rf"\b(?:in|during|of|this|last|(?P<part>early|late))(?: the)? {_MONTH}{_YEAR}", _of_month),
        (r"\bthe day before yesterday\b", lambda _, today: _day(today - timedelta(days=2))),
        (r"\byesterday\b", lambda _, today: _day(today - timedelta(days=1))),
        (r"\btoday\b", lambda _, today: _day(today)),
        (rf"\b(?P<count>\d{{1,3}}|{'|'.join(COUNTS)}) (?P<unit>day|week|month)s? ago\b", _ago),
        (r"\b(?P<which>this|last) (?P<unit>week|month|year)\b", _calendar),
        (rf"\b(?:on|last) (?P<weekday>{'|'.join(WEEKDAYS)})\b", _weekday),
    )
]  # fmt: skip
_NAMES = "|".join([*MONTHS, *WEEKDAYS])
_LONGER_BEFORE = re.compile(  # "since yesterday", "1,000 days ago", "between 3 and 5 May", "last week or yesterday"
    r"(?:\b(?:after|before|since|until|till|than|by|between|from|or|hundred|ago|week|half"
    rf"|{_NAMES})|\w,? and|\d (?:and|to)|[\d.,-])[ ]?(?:the )?$",
    re.I,
)
_LONGER_BEHIND = re.compile(  # "in March or April", "in March two years ago", "last week and today"
    rf"(?:,| ?(?:or|and|to|until|till|-|–)) ?(?:the |in |on |last |this )*(?:\d|{_NAMES}|yesterday|today|day|week|month|year)\b"
    r"| (?:of |the )*\w+ years?\b| (?:or|and) (?:before|after)\b| (?:before|after) last\b| \d",
    re.I,
)
_BEGINS = re.compile(r"(?:^|[.!?:;\n])\s*$")  # a sentence
_NOW = re.compile(r"\b(?:do|does|is|are|am|will|shall|should|next|going to)\b", re.I)
_PAST = re.compile(r"\b(?:did|was|were|had|have|has|said|told|went|made|\w+ed)\b", re.I)
