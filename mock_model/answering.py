"""Answering: find the statement that answers a question, and say what it says. Of two that answer, the later one wins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mock_model import lexicon as lx
from mock_model.fitting import Fit, is_kind
from mock_model.language import Word, as_sentence, is_verb, join
from mock_model.phrases import is_name
from mock_model.questions import Question
from mock_model.reading import Notes, Statement
from mock_model.values import ANSWERS, values
from mock_model.wanting import REASON, wanted
from mock_model.wording import has_verb

MOST_TOLD = 12  # statements in an answer to "What do you know about me?"


def answer(question: Question, notes: Notes) -> str | None:
    """The sentence that answers, or None when nothing in the messages does."""
    if question.kind == "yes/no" and not question.either:
        return _yes_or_no(question, notes)
    found = _best(question, notes)
    return " ".join(dict.fromkeys(_say(question, s) for s in found)) if found else None


def _ranked(question: Question, notes: Notes) -> Iterator[tuple[int, int, Statement]]:
    """The statements that answer, each with its score and its place in the conversation."""
    for order, statement in enumerate(notes.statements):
        score = _score(question, statement, notes)
        if score is not None:
            yield score, -order if question.original else order, statement


def _best(question: Question, notes: Notes) -> list[Statement]:
    """The best statement, the latest of equals; those before it too where it says "also"."""
    ranked = sorted(_ranked(question, notes), key=lambda found: found[:2], reverse=True)
    found: list[Statement] = []
    for score, _, statement in ranked:
        if found and (score < ranked[0][0] or not found[0].more):
            break
        found.insert(0, statement)
    return found


def _score(question: Question, statement: Statement, notes: Notes) -> int | None:
    """How well a statement answers: None where it does not, else a small number, larger is better."""
    if (statement.superseded and not question.original) or not (question.terms or question.soft or question.said_by):
        return None
    if (
        question.said_by == "assistant"
        and statement.role != "assistant"
        and not any(w.low == "i" for w in statement.head)
    ):
        return None
    if question.reach.isdisjoint(statement.reach) and not notes.aliases and not question.loose:
        return None
    fit = Fit(question, statement, notes)
    share = None if fit.opposed() else fit.share()
    bonus = None if share is None else wanted(fit)
    if bonus is None:
        return None
    score = share * 4 + bonus
    if question.kind in ("what", "who", "name") and statement.negated != question.negated:
        score -= 3
    if statement.past and not question.past:
        score -= 4
    if question.ending:
        score += question.ending in statement.said
    return round(score + statement.revised)


def _say(question: Question, statement: Statement) -> str:
    """The clause that answers, or its whole sentence where the clause alone lacks the reason or words of the question."""
    if question.kind == "why" and not REASON.search(statement.text):
        return as_sentence(join(statement.sentence))
    missing = {t.lemma for t in question.terms if t.lemma not in statement.lemmas and t.low != "you"}
    if missing & statement.wide and not statement.correcting:
        return as_sentence(join(statement.sentence))
    return statement.text


# ---- yes or no ----


def _yes_or_no(question: Question, notes: Notes) -> str | None:
    """ "Yes: …" where a statement says so; "No: …" where it says the opposite, or has another value in that place."""
    supposed = [t for t in question.terms if values((t,)) or lx.KIND_OF.get(t.low) or is_name(t)]
    ranked = [r for r in _ranked(question, notes) if all(_has(t, r[2], notes) for t in supposed)]
    if ranked:
        statement = max(ranked, key=lambda found: found[:2])[2]
        says = "No" if statement.negated != question.negated else "Yes"
        return f"{says}: {_within(_say(question, statement), statement)}"
    for term in reversed(question.terms):
        other = _instead(term, question, notes)
        if other:
            return f"No: {_within(other.text, other)}"
    return None


def _has(term: Word, statement: Statement, notes: Notes) -> bool:
    return term.lemma in statement.lemmas or any(
        notes.same(term.key, w.key) or is_kind(term.lemma, w) for w in statement.words
    )


def _instead(term: Word, question: Question, notes: Notes) -> Statement | None:
    """The statement that has another value of the same kind where the question supposes this one."""
    kinds = _kinds((term,))
    others = tuple(t for t in question.terms if t != term)
    if not (kinds or is_name(term)) or not others or (all(t.low == "you" for t in others) and not question.soft):
        return None
    wider = replace(question, kind="what", terms=others, sort="", either=False)
    for *_, statement in sorted(_ranked(wider, notes), key=lambda found: found[:2], reverse=True):
        named = any(is_name(w, i == 0) for i, w in enumerate(statement.words))
        if kinds & _kinds(statement.words) or (not kinds and named):
            return statement
    return None


def _kinds(clause: tuple[Word, ...]) -> set[str]:
    """The kinds of value and thing in a clause; one sort of number counts as every other."""
    kinds = {v.kind for v in values(clause)} | {k for w in clause for k in lx.KIND_OF.get(w.low, ())}
    return kinds | ({"number"} if kinds & {"money", "counted", "duration"} else set())


def _within(text: str, statement: Statement) -> str:
    """A sentence as it stands after a colon: without its capital letter, unless a name begins it."""
    first = statement.words[0]
    return text if is_name(first, True) or first.low == "i" else text[0].lower() + text[1:]


# ---- short answers, and all that was told ----


def brief(question: Question, notes: Notes) -> str | None:
    """The answer in as few words as it has: "Yes.", the value, or the words that the question does not hold."""
    found = _best(question, notes)
    if question.kind == "yes/no" and not question.either:
        full = _yes_or_no(question, notes)
        return full.split(":")[0] + "." if full else None
    if not found:
        return None
    clause = found[-1].words
    kinds = ANSWERS.get(question.kind, set())
    for value in values(clause):
        part = clause[value.start : value.end]
        if value.kind in kinds and not any(w.lemma in question.lemmas for w in part):
            return as_sentence(join(part))
    named = next((i for i, w in enumerate(clause) if w.low in ("called", "named")), -1)
    words = clause[named + 1 :] if question.kind in ("name", "who", "what") else clause
    new = [i for i, w in enumerate(words) if w.lemma not in question.lemmas and w.low not in lx.SMALL]
    new = [i for i in new if words[i].text[0].isalnum() and (is_name(words[i]) or not is_verb(words[i]))]
    if not new:
        return None
    last = new[0]
    while last + 1 in new:
        last += 1
    return as_sentence(join(words[new[0] : last + 1]))


def told(notes: Notes) -> str:
    """What was said about the user, a sentence each: the newest of it."""
    said = [s.text for s in notes.statements if s.role != "assistant" and not s.superseded and _is_told(s)]
    return " ".join(dict.fromkeys(said[-MOST_TOLD:]))


def _is_told(statement: Statement) -> bool:
    """Whether it is about the user, and no heading ("Facts about the user")."""
    about_user = statement.role == "notes" or bool(statement.said & {"you", "your"})
    return about_user and not (statement.text.endswith("about you.") and not has_verb(statement.words))
