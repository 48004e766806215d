"""Corrections: "actually, make that Tuesday" becomes the statement it corrects, with the new value in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mock_model import lexicon as lx
from mock_model.language import Word, join
from mock_model.phrases import is_name
from mock_model.values import values

if TYPE_CHECKING:
    from mock_model.reading import Statement

CORRECTING = re.compile(
    r"\b(actually|sorry|correction|scratch that|wait|i meant|i mean|make (?:that|it)|change (?:that|it|this)|on second thoughts?"
    r"|rather|instead|oops|typo|my mistake|i was wrong|i misspoke|misread|let'?s make|it'?s now|is now|hang on|hold on|moved?|not|switch(?:ed)?|chang(?:e|ed)"
    r"|scrap that|now|after all|no longer|correct(?:ed|ion)?|updated?|postponed|rescheduled|double[- ]booked|will be)\b|^no\b", re.I)
STRONG = re.compile(
    r"\b(actually|sorry|correction|correct(?:ed)? that|scratch that|scrap that|wait|i mean[t]?|you mean[t]?|make (?:that|it)|on second thoughts?|oops|typo|mistake|wrong"
    r"|misread|hang on|hold on|instead|rather|change of plan|after all|change (?:that|it))\b|^no\b", re.I)
MISSPOKE = re.compile(
    r"\b(?!(?:actually|sorry|no|oops|wait|please|thanks|hi|yes|ok|and|but|hmm|ah|oh)\b)([^\s,]+)\s*(?:,|\.\.\.|…|\s[-–—])\s*(?:no,? wait|wait,? no|i mean(?:t)?|sorry|or rather|make that|correction|oops|er|um)\b[,.]?\s+(?=\w)", re.I)
REPLACING = re.compile(r"^(?:make (?:that|it)|it is|that is|it was|i mean[t]?|you mean[t]?|rather|the)\b|^\W*\w+$", re.I)
EMPTY = set(["make", "mean", "meant", "change", "move", "be", "go", "say", "let", "switch", "push", "bring", "put", "want", "keep", "use", "have", "prefer", "think", "take", "should", "better", "sorry", "actually", "correction", "rather", "instead", "scratch", "wrong", "no", "wait", "oops", "typo", "mistake", "second", "now", "set", "update", "swap", "reschedule", "postpone", "like", "do", "get", "need", "call", "choose", "plan", "leave", "one", "thing", "earlier", "later", "number", "date", "time", "day", "place"])


def take(statement: Statement, before: list[Statement]) -> None:
    """Add a statement; where it corrects an earlier one in a word ("make that Tuesday"), add that one with the new value."""
    if statement.correcting:
        target, corrected = _correction(statement, before)
        if target is not None:
            before[target] = replace(before[target], superseded=True)
            before.append(corrected)
            return
    before.append(statement)


def _correction(statement: Statement, before: list[Statement]) -> tuple[int | None, Statement]:
    clause = statement.spoken or statement.words
    found = [(v.kind, clause[v.start:v.end]) for v in values(clause)]
    spent = {w for _, part in found for w in part}
    names = [w for i, w in enumerate(clause) if w not in spent and is_name(w, i == 0)]
    found += [("name", (w,)) for w in names]
    spent |= set(names)
    old = _replaced(clause)
    other = [w for w in clause if w not in spent and w not in old and w.low not in lx.SMALL and w.lemma not in EMPTY and w.text[0].isalnum()]
    new = [(kind, part) for kind, part in found if not set(part) & set(old)]
    if statement.correcting < 2 and not old:
        new = [(kind, part) for kind, part in new if kind != "name"]
    if statement.correcting == 2 and not new and not found and 1 <= len(other) <= 3 and clause[-1] in other and REPLACING.search(join(clause)):
        new, other = [("last", tuple(other))], []
    if not new or other:
        return None, statement
    for index in range(len(before) - 1, -1, -1):
        past = before[index]
        if past.superseded or (past.negated and not old) or (past.role == "assistant" != statement.role and not old):
            continue
        lemmas = [w.lemma for w in past.words]
        if old and not all(w.lemma in lemmas for w in old):
            continue
        changed = list(past.words)
        hit = False
        for kind, part in new:
            at = _place_of(kind, changed, old)
            if at:
                changed[at[0]:at[1]] = part
                hit = True
        if hit:
            return index, replace(past, words=tuple(changed), sentence=tuple(changed), role=statement.role)
    return None, statement


def _place_of(kind: str, clause: Sequence[Word], old: Sequence[Word]) -> tuple[int, int] | None:
    """Where in a clause the value stands that a new one of this kind replaces."""
    near = {"ordinal": {"date", "ordinal"}, "date": {"date", "ordinal", "weekday", "month"}, "number": {"number", "money", "duration", "date"},
            "moment": {"moment", "weekday", "clock"}, "clock": {"clock", "moment"}, "weekday": {"weekday", "moment"},
            "month": {"month", "date"}}.get(kind, {kind})  # fmt: skip
    if old:
        at = next((i for i, w in enumerate(clause) if w.lemma == old[0].lemma), None)
        return None if at is None else (at, at + len(old))
    if kind == "last":
        at = next((i for i in range(len(clause) - 1, 0, -1) if clause[i].low not in lx.SMALL and clause[i].text[0].isalnum()), None)
        return None if at is None else (at, at + 1)
    if kind == "name":
        at = next((i for i in range(len(clause) - 1, 0, -1) if is_name(clause[i]) and not clause[i].possessive), None)
        return None if at is None else (at, at + 1)
    for value in reversed(values(tuple(clause))):
        if value.kind in near:
            narrow = kind == "number" and value.kind in ("duration", "date", "money") and clause[value.start].text[0].isdigit()
            return (value.start, value.start + 1) if narrow or (kind == "ordinal" and value.kind == "date") else (value.start, value.end)
    return None


def _replaced(clause: Sequence[Word]) -> list[Word]:
    """The old value where a correction names it: "14, not 12" or "tea instead of coffee"."""
    for index, word in enumerate(clause[:-1]):
        after = clause[index + 1]
        if word.low in ("not", "than") or (word.low == "of" and index and clause[index - 1].low == "instead"):
            if (after.low not in lx.SMALL and after.text[0].isalnum()) or after.low in lx.NUMBER_WORDS or after.text[0] in "$€£":
                return [w for w in clause[index + 1:index + 2]]
    return []
