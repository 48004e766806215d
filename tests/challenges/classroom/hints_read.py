"""Which hints a learner has asked for, criterion by criterion, and whether they have looked at a solution before it was solved.

The desk keeps it in work/.hints.json, an entry for each challenge:

    {"for": "test_x", "shown": 2, "asked": {"start": [1], "test_x": [2]}, "gave_up": "2026-03-01T10:00:00"}

"for" and "shown" say where `hint` goes on. Files from before hold no more than these two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

MOST = 1_000  # numbers that are believed: the file is a learner's


def note_hint(entry: Any, key: str, number: int) -> dict[str, Any]:
    """The entry of a challenge when one more hint was shown, for a criterion or for the start; `number` counts from 1."""
    kept = {name: value for name, value in entry.items() if name in ("gave_up",)} if isinstance(entry, dict) else {}
    asked = {one: [*numbers] for one, numbers in asked_in(entry).items()}
    if number not in asked.setdefault(key, []):
        asked[key].append(number)
    return {"for": key, "shown": number, "asked": asked, **kept}


def note_giving_up(entry: Any) -> dict[str, Any]:
    """The entry of a challenge whose solution was shown before it was solved; when it was the first time stays."""
    kept = dict(entry) if isinstance(entry, dict) else {}
    return {"gave_up": datetime.now().isoformat(timespec="seconds"), **kept}


def asked_in(entry: Any) -> dict[str, list[int]]:
    """The numbers of the hints that were asked for, by criterion."""
    if not isinstance(entry, dict):
        return {}
    asked = entry.get("asked")
    if isinstance(asked, dict):
        return {
            str(key): sorted({number for number in numbers if type(number) is int and 0 < number < MOST})
            for key, numbers in [*asked.items()][:MOST]
            if isinstance(numbers, list)
        }
    shown = entry.get("shown")
    if isinstance(entry.get("for"), str) and type(shown) is int and 0 < shown < MOST:  # from before
        return {entry["for"]: [*range(1 if entry["for"] == "start" else min(2, shown), shown + 1)]}
    return {}


def told_of(hints: Any, name: str) -> dict[str, Any]:
    """What is told of it to a program: how many hints were asked for, and when a solution was looked at."""
    entry = hints.get(name) if isinstance(hints, dict) else None
    asked = asked_in(entry)
    gave_up = entry.get("gave_up") if isinstance(entry, dict) else None
    return {
        "hints": sum(map(len, asked.values())),
        "hints_by_criterion": asked,
        "gave_up": gave_up[:19] if isinstance(gave_up, str) else None,
    }
