"""Corrections: "actually, make that Tuesday" becomes the statement it corrects, with the new value in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mock_model import lexicon as lx
from mock_model.language import Word, join
from mock_model.phrases import is_name
from mock_model.values import values

if TYPE_CHECKING:
    from mock_model.reading import Statement

CERTAIN, POSSIBLE = 2, 1
# Words with which people take back what they said …
TAKING_BACK = re.compile(
    r"\b(?:actually|sorry|correction|correct(?:ed)? that|scratch that|scrap that|wait|(?:i|you) mean|(?:i|you) meant"
    r"|make (?:that|it)|change (?:that|it)|change of plan|on second thoughts?|oops|typo|mistake|wrong|misread|misspoke|hang on"
    r"|hold on|instead|rather|after all)\b|^no\b",
    re.IGNORECASE,
)
# … and words which only may say so.
CHANGING = re.compile(
    r"\b(?:now|not|no longer|moved?|switch(?:ed)?|change(?:d)?|correct(?:ed|ion)?|updated?|postponed|rescheduled"
    r"|double[- ]booked|will be|let'?s make)\b",
    re.IGNORECASE,
)
# "six, no wait, seven" in one breath.
MISSPOKE = re.compile(
    r"\b(?!(?:actually|sorry|no|oops|wait|please|thanks|hi|yes|ok|and|but|hmm|ah|oh)\b)([^\s,]{1,60})\s*(?:,|\.\.\.|…|\s[-–—])\s*"
    r"(?:no,? wait|wait,? no|i meant?|sorry|or rather|make that|correction|oops|er|um)\b[,.]?\s+(?=\w)",
    re.IGNORECASE,
)
BARE = re.compile(r"^(?:make (?:that|it)|it is|that is|it was|(?:i|you) meant?|rather|the)\b|^\W*\w+$", re.IGNORECASE)
# Words that a correction may have beside the new value without saying anything of its own.
EMPTY = frozenset(
    """make mean meant change move be go say let switch push bring put want keep use have prefer think take should better sorry
    actually correction rather instead scratch wrong no wait oops typo mistake second now set update swap reschedule postpone
    like do get need call choose plan leave one thing earlier later number date time day place""".split()
)
# Which kinds of value a new one can replace, besides its own.
REPLACES = {
    "ordinal": {"date"}, "date": {"ordinal", "weekday", "month"}, "number": {"money", "duration", "date", "counted"},
    "moment": {"weekday", "clock"}, "clock": {"moment"}, "weekday": {"moment"}, "month": {"date"},
}  # fmt: skip
NewValue = tuple[str, tuple[Word, ...]]  # its kind, its words


def how_sure(sentence: str, before: int) -> int:
    """Whether a sentence corrects something: 2 surely, 1 possibly, 0 no; before is the answer for the sentence before."""
    if TAKING_BACK.search(sentence):
        return CERTAIN
    if before and len(sentence.split()) <= 2:  # "Oops, misread it. 381."
        return before
    return POSSIBLE if CHANGING.search(sentence) else 0


def take(statement: Statement, before: list[Statement]) -> int | None:
    """Add a statement; where it corrects an earlier one in a word, add that one with the new value, and mark the old.

    Returns the place of the old one, if there is one.
    """
    if statement.correcting:
        clause = statement.spoken or statement.words
        old = _old_value(clause)
        new = _new_values(clause, old, statement.correcting == CERTAIN)
        for index in range(len(before) - 1, -1, -1) if new else ():
            changed = _corrected(before[index], new, old, statement.role)
            if changed:
                before[index] = replace(before[index], superseded=True)
                before.append(changed)
                return index
    before.append(statement)
    return None


def _new_values(clause: Sequence[Word], old: list[Word], certain: bool) -> list[NewValue]:
    """The values of a clause that says nothing beside them; nothing where the clause speaks for itself."""
    found: list[NewValue] = [(v.kind, tuple(clause[v.start : v.end])) for v in values(tuple(clause))]
    spent = [w for _, part in found for w in part]
    names = [w for i, w in enumerate(clause) if w not in spent and is_name(w, i == 0)]
    if certain or old:
        found += [("name", (w,)) for w in names]
    other = [w for w in clause if w not in [*spent, *names, *old] and w.lemma not in EMPTY]
    other = [w for w in other if w.low not in lx.SMALL and w.text[0].isalnum()]
    new = [(kind, part) for kind, part in found if not set(part) & set(old)]
    last = [w for w in clause if w not in old and w.low not in ("not", "instead", "of") and w.text[0].isalnum()][-1:]
    if (
        (certain or old)
        and not found
        and 1 <= len(other) <= 3
        and last
        and last[0] in other
        and BARE.search(join(clause))
    ):
        return [("last", tuple(other))]  # "I meant raspberries": the last word of what was said
    return [] if other else new


def _old_value(clause: Sequence[Word]) -> list[Word]:
    """The old value where a correction names it: "14, not 12" or "tea instead of coffee"."""
    for index, word in enumerate(clause[:-1]):
        after = clause[index + 1]
        instead = word.low == "of" and index and clause[index - 1].low == "instead"
        if (word.low in ("not", "than") or instead) and (after.low not in lx.SMALL or after.low in lx.NUMBER_WORDS):
            return [after] if after.text[0].isalnum() or after.text[0] in "$€£" else []
    return []


def _corrected(past: Statement, new: list[NewValue], old: list[Word], role: str) -> Statement | None:
    """An earlier statement with the new values in it, or None where it has no place for them."""
    if past.superseded or (not old and (past.negated or past.role == "assistant" != role)):
        return None
    if old and not all(w.lemma in past.lemmas for w in old):
        return None
    changed, hit = list(past.words), False
    for kind, part in new:
        place = _place(kind, changed, old)
        if place:
            changed[slice(*place)] = part
            hit = True
    return replace(past, words=tuple(changed), sentence=tuple(changed), role=role) if hit else None


def _place(kind: str, clause: Sequence[Word], old: Sequence[Word]) -> tuple[int, int] | None:
    """Where in a clause the value stands that a new one of this kind replaces: (start, end)."""
    if old:
        return _one(i for i, w in enumerate(clause) if w.lemma == old[0].lemma)
    backwards = range(len(clause) - 1, 0, -1)
    if kind == "last":
        return _one(i for i in backwards if clause[i].low not in lx.SMALL and clause[i].text[0].isalnum())
    if kind == "name":
        return _one(i for i in backwards if is_name(clause[i]) and not clause[i].possessive)
    for value in reversed(values(tuple(clause))):
        if value.kind != kind and value.kind not in REPLACES.get(kind, ()):
            continue
        keeps_unit = (
            kind == "number" and value.kind in ("duration", "date", "money") and clause[value.start].text[0].isdigit()
        )
        whole = not keeps_unit and not (kind == "ordinal" and value.kind == "date")
        return value.start, value.end if whole else value.start + 1
    return None


def _one(places: Iterable[int]) -> tuple[int, int] | None:
    place = next(iter(places), None)
    return None if place is None else (place, place + 1)
