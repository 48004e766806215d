"""The days that a question asks for: "yesterday", "two weeks ago", "in March", "on 14 March", "last Monday"."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
COUNTS = {word: n for n, word in enumerate("a two three four five six seven eight nine ten".split(), 1)} | {"one": 1}


class Days(NamedTuple):
    """From one day to another, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def days_asked(question: str, today: date) -> Days | None:
    """The days that an English question names, seen from today; None where it names none.

    A month or day without a year is the latest that is not after today.
    """
    for pattern, days in _READ:
        if match := pattern.search(question):
            try:
                return days(match, today)
            except (ValueError, OverflowError):
                continue  # 31 June
    return None


def _named(match: re.Match[str], today: date) -> Days:
    month = MONTHS.index(match["month"].lower()) + 1
    year = int(match["year"]) if match["year"] else today.year - ((month, int(match["day"])) > (today.month, today.day))
    return _day(date(year, month, int(match["day"])))


def _of_month(match: re.Match[str], today: date) -> Days:
    month = MONTHS.index(match["month"].lower()) + 1
    whole = _month(int(match["year"]) if match["year"] else today.year - (month > today.month), month)
    part = (match["part"] or "").lower()
    if part in ("beginning", "start", "early"):
        return Days(whole.first, whole.first + timedelta(days=9))
    if part == "middle":
        return Days(whole.first + timedelta(days=9), whole.first + timedelta(days=19))
    return Days(whole.last - timedelta(days=9), whole.last) if part in ("end", "late") else whole


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


_MONTH, _YEAR = f"(?P<month>{'|'.join(MONTHS)})", r"(?:,? (?P<year>\d{4}))?\b"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_READ: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], Days]]] = [
    (re.compile(pattern, re.I), days)
    for pattern, days in (
        (r"\b(\d{4}-\d{2}-\d{2})\b", lambda match, _: _day(date.fromisoformat(match[1]))),
        (rf"\b{_DAY} (?:of )?{_MONTH}{_YEAR}", _named),
        (rf"\b{_MONTH} {_DAY}{_YEAR}", _named),
        (rf"\b(?:in|during|of|this|last|(?P<part>early|late))(?: the)? {_MONTH}{_YEAR}", _of_month),
        (r"\bthe day before yesterday\b", lambda _, today: _day(today - timedelta(days=2))),
        (r"\byesterday\b", lambda _, today: _day(today - timedelta(days=1))),
        (r"\btoday\b", lambda _, today: _day(today)),
        (rf"\b(?P<count>\d{{1,3}}|{'|'.join(COUNTS)}) (?P<unit>day|week|month)s? ago\b", _ago),
        (r"\b(?P<which>this|last) (?P<unit>week|month|year)\b", _calendar),
        (rf"\b(?:on|last) (?P<weekday>{'|'.join(WEEKDAYS)})\b", _weekday),
    )
]  # fmt: skip
_READ.insert(0, (re.compile(rf"\b(?P<part>beginning|start|middle|end) of (?:the )?{_MONTH}{_YEAR}", re.I), _of_month))
