"""Keeping: which of the statements of a conversation a summary keeps, and how much each of them weighs.

Small talk is not kept, nor what the assistant only repeats, nor what a later statement has replaced. What users said
weighs more than what the assistant said; names, numbers, dates and decisions weigh more than the rest, and most of all
what the prompt names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb, sentences, words
from mock_model.phrases import is_name
from mock_model.reading import Statement, read
from mock_model.transcript import text_of
from mock_model.values import TIMES, values


class Shape(NamedTuple):
    """What a statement is about, apart from the values that it gives."""

    subject: frozenset[str]
    verb: str
    rest: frozenset[str]
    kinds: frozenset[str]  # of what it gives: name, number, time, colour …, decision, advice, taste


ONE_AT_A_TIME = frozenset(w.lemma for w in words("is lives works costs starts ends weighs opens closes"))
FAMILIES = {
    **dict.fromkeys(TIMES | {"ordinal"}, "time"),
    **dict.fromkeys(("money", "number", "counted", "duration"), "number"),
}
SAYING = {
    "decision": frozenset(w.lemma for w in words("decided booked")),
    "advice": frozenset(w.lemma for w in words("recommend advise")),
    "taste": frozenset(w.lemma for w in words("like dislike prefer favourite allergic vegetarian vegan")),
}
WANTED = {  # what a prompt can name, and the kind of statement that it means
    "name": re.compile(r"\b(?:names?|people|persons|places?)\b", re.I),
    "number": re.compile(r"\b(?:numbers?|figures?|amounts?|prices?|budgets?|quantities|costs?)\b", re.I),
    "time": re.compile(r"\b(?:dates?|times?|deadlines?)\b", re.I),
    "decision": re.compile(r"\b(?:decisions?|decided|agreed|commitments?)\b", re.I),
    "taste": re.compile(r"\b(?:preferences?|likes|allerg\w+|constraints?|requirements?)\b", re.I),
}
KEEPING = re.compile(  # a prompt that names what to keep
    r"\b(?:(?:keep|preserve|retain|include|remember|mention|capture|record|don't lose|without losing)(?:ing)?\b"
    r"(?! (?:it|this|the summary|your|things|them|short|brief|under|within|to|at most|nothing)\b)"
    r"|names?|people|numbers?|figures?|amounts?|prices?|budgets?|dates|deadlines?|places?|decisions?|preferences?|facts?"
    r"|details?|specifics?|corrections?|open questions?|allerg\w+|constraints?|requirements?|commitments?|everything"
    r"|concrete|what (?:i|we) (?:said|told|decided|agreed))\b",
    re.I,
)
DROPPING = re.compile(
    r"\b(?:without(?! los| forget)|omit|leave out|(?:do not|don't) (?:include|mention)|no(?! more| longer))\b[^.;\n]*",
    re.I,
)


def keeps(prompt: str) -> bool:
    """Whether a prompt names what to keep."""
    return bool(KEEPING.search(DROPPING.sub("", prompt)))


# ---- what holds a fact ----


def in_force(statements: Sequence[Statement]) -> list[Statement]:
    """The statements that hold a fact, without what a later one has replaced."""
    users = {w.low for s in statements if s.role != "assistant" for w in s.words}
    kept: list[Statement] = []
    for statement in statements:
        if statement.superseded or not holds_fact(statement, users):
            continue
        if shape(statement.words).verb in ONE_AT_A_TIME or statement.correcting:
            kept = [old for old in kept if not replaces(statement, old)]
        kept.append(statement)
    return kept


@lru_cache(maxsize=2048)
def shape(clause: tuple[Word, ...]) -> Shape:
    """What a clause is about and what it gives."""
    verb = next((n for n, w in enumerate(clause) if n and is_verb(w)), min(1, len(clause) - 1))
    given = given_in(clause)
    names = {n for n in range(len(clause)) if n not in given and _is_name_at(clause, n)}
    lemmas = {w.lemma for w in clause}
    kinds = {FAMILIES.get(v.kind, v.kind) for v in values(clause)} | ({"name"} if names else set())
    kinds |= {kind for kind, verbs in SAYING.items() if lemmas & verbs}
    thing = [w for w in clause[:verb] if w.low == "you" or (w.low not in lx.SMALL and w.text[0].isalnum())]
    rest = {w.lemma for n, w in enumerate(clause) if n > verb and n not in given | names and w.low not in lx.SMALL}
    return Shape(frozenset(w.key for w in thing), clause[verb].lemma, frozenset(rest), frozenset(kinds))


def given_in(clause: Sequence[Word]) -> set[int]:
    """The places of the values in a clause."""
    return {n for v in values(tuple(clause)) for n in range(v.start, v.end)}


def _is_name_at(clause: Sequence[Word], index: int) -> bool:
    """Whether a word is a name; one that begins a sentence has its capital anyway, and needs a verb after it."""
    if index:
        return is_name(clause[index])
    named = len(clause) > 2 and (is_verb(clause[1]) or clause[0].possessive or is_name(clause[1]))
    return named and is_name(clause[0], True)


def holds_fact(statement: Statement, users: set[str]) -> bool:
    """Whether a statement is worth keeping; users are the words that users have said."""
    clause, kinds = statement.words, shape(statement.words).kinds
    acting = len(clause) > 3 or any(is_verb(w) for w in clause)  # not every verb is known
    if statement.role in ("system", "notes"):
        return len(clause) > 1  # it was worth keeping in an earlier summary
    if statement.role == "user" and not any(w.low in ("i", "me") for w in statement.head):
        return bool(kinds - set(SAYING)) or (len(clause) > 2 and any(is_verb(w) for w in clause))
    if "advice" in kinds:
        return True
    places = given_in(clause) | {n for n in range(len(clause)) if _is_name_at(clause, n)}
    new = any(clause[n].low not in users for n in places)
    return (
        new and (acting or statement.role == "tool") and not (statement.negated and any(w.low == "i" for w in clause))
    )


def replaces(new: Statement, old: Statement) -> bool:
    """Whether a later statement gives another value for the same thing: somebody has one age, but may have two cats."""
    n, o = shape(new.words), shape(old.words)
    others = new.more or (new.role == "assistant" != old.role) or o.verb not in ONE_AT_A_TIME
    if others or not o.kinds or not o.kinds <= n.kinds:
        return False
    if n.verb == o.verb and n.subject and n.subject <= o.subject and (n.rest <= o.rest or o.rest <= n.rest):
        return True
    things = {key.split("/")[-1] for key in o.subject} - {"you"}
    return bool(new.correcting) and bool(things) and things <= new.lemmas


# ---- how much it weighs ----


def wanted(prompt: str) -> dict[str, int]:
    """What a prompt asks to keep, each with its weight: what it names first weighs most."""
    named = [s for s in sentences(prompt) if KEEPING.search(s)]
    lemmas = [w.lemma for s in named for w in words(s) if w.low not in lx.SMALL and w.text.isalpha()]
    at = sorted((m.start(), kind) for kind, pattern in WANTED.items() if (m := pattern.search(prompt)))
    return dict.fromkeys(lemmas, 3) | {kind: max(1, 5 - n) for n, (_, kind) in enumerate(at)}


def weight(statement: Statement, asked: dict[str, int]) -> int:
    """The heavier, the later it is left out."""
    kinds = shape(statement.words).kinds
    by_user = 0 if statement.role in ("assistant", "tool") else 8
    about_user = any(w.low in ("you", "your") for w in statement.words)
    return (
        by_user
        + max((asked.get(kind, 0) for kind in kinds | statement.lemmas), default=0)
        + 2 * bool(kinds)
        + about_user
    )


def open_questions(messages: Sequence[dict]) -> list[str]:
    """The questions at the end of a conversation, and those of an earlier summary, that nobody has answered."""
    earlier = [
        q for m in messages if m["role"] == "system" for q in re.findall(r"Open question: ([^?]+\?)", text_of(m), re.I)
    ]
    said = [s.lemmas for s in read([m for m in messages if m["role"] != "system"]).statements] if earlier else []
    about = {q: {w.lemma for w in words(q) if w.low not in lx.SMALL and w.text[0].isalnum()} for q in earlier}
    still = [q for q in earlier if not any(len(about[q] & s) * 3 >= len(about[q]) * 2 for s in said)]
    last = text_of(messages[-1]) if messages else ""
    return still + [s for s in sentences(last) if s.endswith("?")]
