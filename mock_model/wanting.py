"""Wanting: whether what a statement says beyond the question is an answer of the kind that is asked for.

Each kind of question has a small test. It gives None where the statement cannot answer, else a bonus: 1 where the answer
is plainly there, 0 where it may be, -1 where there is nothing better.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_model import lexicon as lx
from mock_model.fitting import Fit, is_kind
from mock_model.language import Word, join
from mock_model.phrases import is_name
from mock_model.values import ANSWERS, values

REASON = re.compile(
    r"\b(?:because|since|so that|so|due to|reason|in order to|thanks to|why|for the|as (?:i|you|we|it|he|she|they|the|my|your)"
    r"|to (?:be|get|see|have|make|help|learn|visit|save|avoid|start|find|work|study|live|support|celebrate|keep))\b",
    re.IGNORECASE,
)
OWN_NAME = re.compile(
    r"\b(?:(?i:you are|i am) (?:called |named )?[A-Z]|(?i:your|my) (?:\w+ )?(?:name|nickname|surname) is|(?i:calls? you) [A-Z]"
    r"|(?i:you go by|known as|are called|be called))"
)
WHEN = frozenset("in ago after before until at by".split())
OFTEN = frozenset("every once twice daily weekly monthly each per times always never".split())
AGED = frozenset("is are am was turn turned turning turns aged age , (".split())
ELSEWHERE = frozenset("for with about since until during as than".split())  # prepositions that name no place
DOING = frozenset("teach run own manage drive write study promote hire".split())


def wanted(fit: Fit) -> int | None:
    """The bonus of a statement that has the question's words, or None where it does not answer it."""
    kind = fit.question.kind
    if kind == "yes/no":
        return 0  # all that it supposes is there
    if kind in ("name", "who"):
        return _name(fit) if kind == "name" else _who(fit)
    if kind in ("when", "clock", "day"):
        return _time(fit)
    if kind == "count" and not _counted(fit):
        return None
    if kind in ("count", "amount", "measure", "duration", "colour"):
        return 0 if _kinds(fit) & ANSWERS[kind] else None
    if kind in OTHER:
        return OTHER[kind](fit)
    return _anything(fit)


def rest(fit: Fit) -> list[Word]:
    """The words of the statement that carry something and are not in the question."""
    new = [w for i, w in enumerate(fit.statement.words) if i not in fit.matched]
    carrying = [w for w in new if w.low not in lx.SMALL or w.low in lx.NUMBER_WORDS]
    return [w for w in carrying if w.text[0].isalnum() or w.text[0] in "$€£#+"]


def _kinds(fit: Fit) -> set[str]:
    """The kinds of the values that the question does not hold."""
    return {v.kind for v in values(fit.statement.words) if not set(range(v.start, v.end)) <= fit.matched}


def _names(fit: Fit, of_people: bool = False) -> list[Word]:
    clause = fit.statement.words
    return [
        w for i, w in enumerate(clause)
        if i not in fit.matched and is_name(w, i == 0)
        and not (of_people and i and clause[i - 1].low in ("in", "at", "near"))
    ]  # fmt: skip


def _name(fit: Fit) -> int | None:
    """A name: after "called" where that belongs to what is asked for, or simply there."""
    if fit.question.terms and all(t.low in ("you", "i") for t in fit.question.terms):
        if not OWN_NAME.search(fit.statement.text) or not rest(fit):
            return None
        return 1 + ("call" in fit.question.said and "call" in fit.statement.said)
    clause = fit.statement.words
    for index, word in enumerate(clause):
        if word.lemma == "call" and word.low not in ("name", "names"):
            back = next((i for i in range(index - 1, -1, -1) if clause[i].low not in lx.SMALL), None)
            if (
                back is not None
                and back not in fit.matched
                and index + 1 not in fit.matched
                and not is_name(clause[back], back == 0)
            ):
                return None  # "your boat, bought from a man named Hugh"
            return 1 if rest(fit) else None
    return 0 if _names(fit, of_people=True) else None


def _who(fit: Fit) -> int | None:
    people = any(w.lemma in lx.PERSONS for i, w in enumerate(fit.statement.words) if i not in fit.matched)
    you = "you" in fit.statement.said and not any(t.low == "you" for t in fit.question.terms)
    return 0 if people or you or _names(fit, of_people=True) else None


def _time(fit: Fit) -> int | None:
    kinds = _kinds(fit)
    if kinds & ANSWERS[fit.question.kind]:
        return 1
    vague = fit.question.kind == "when" and kinds & {"duration", "number"} and fit.statement.said & WHEN
    return 0 if vague else None


def _counted(fit: Fit) -> bool:
    """Whether what is counted stands in the sentence itself, not only in what it is about."""
    sort = next((t for t in fit.question.terms if t.lemma == fit.question.sort), None)
    if sort is None:
        return True
    here = any(meaning in fit.statement.places for meaning in fit.question.meanings[sort])
    return here or sort.lemma in fit.statement.wide or any(is_kind(sort.lemma, w) for w in fit.statement.words)


def _place(fit: Fit) -> int | None:
    """A place stands after a preposition and is no time: "in Leeds", "under the blue pot"."""
    clause = fit.statement.words
    timed = {i for v in values(clause) for i in range(v.start, v.end)}
    for index, word in enumerate(clause):
        if word.low not in lx.PREPOSITIONS - ELSEWHERE:
            continue
        for place in range(index + 1, min(index + 5, len(clause))):
            low = clause[place].low
            if place in timed or low in lx.DETERMINERS or low in lx.POSSESSIVES or low in lx.PREPOSITIONS:
                continue
            if low in lx.SMALL:
                break
            if place not in fit.matched:
                return 1
    return 0 if _names(fit) else None


def _age(fit: Fit) -> int | None:
    kinds = _kinds(fit)
    if "duration" in kinds or any(re.search(r"year-old|yo$", w.low) for w in fit.statement.words):
        return 1
    return 0 if kinds & {"number", "year"} and fit.statement.said & AGED else None


def _often(fit: Fit) -> int | None:
    return 0 if fit.statement.said & OFTEN or "weekday" in _kinds(fit) else None


def _why(fit: Fit) -> int | None:
    return 0 if REASON.search(fit.statement.text) or REASON.search(join(fit.statement.sentence)) else None


def _job(fit: Fit) -> int | None:
    lemmas, clause = fit.statement.lemmas, fit.statement.words
    if lemmas & {"job", "work", "train"} and rest(fit):
        return 1
    if any(w.low in ("am", "are", "is", "a", "an", "as") and _works(clause[i + 1 :]) for i, w in enumerate(clause)):
        return 0
    return 0 if lemmas & DOING else None


def _works(after: Sequence[Word]) -> bool:
    """Whether one of the words is somebody's trade: it is known as one, or ends like one ("beekeeper")."""
    return any(
        "job" in lx.KIND_OF.get(w.low, ())
        or (w.low.endswith(lx.JOB_ENDINGS) and w.lemma not in lx.PETS and w.low not in lx.NUMBER_WORDS)
        for w in after
    )


def _anything(fit: Fit) -> int | None:
    """For "what" and "how": something must be left; where a sort is named ("which drink"), best one of that sort."""
    sort, left = fit.question.sort, rest(fit)
    if sort in lx.KINDS and sort not in fit.statement.lemmas:
        if any(sort in lx.KIND_OF.get(w.low, lx.KIND_OF.get(w.lemma, ())) for w in left):
            return 1
        return -1 if left else None
    return 0 if left or _kinds(fit) else None


OTHER = {"where": _place, "age": _age, "often": _often, "why": _why, "job": _job}
