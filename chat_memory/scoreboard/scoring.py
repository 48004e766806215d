"""Whether a reply answers: words compared with words, exactly. No model is asked to judge."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from .denials import only_unknown, says_unknown, yes_or_no
from .talk import NEVER, Planted
from .wordforms import places, words

Outcome = Literal["right", "missed", "false", "void"]
RIGHT: Outcome = "right"
MISSED: Outcome = "missed"
FALSE: Outcome = "false"
VOID: Outcome = "void"
_CLAUSE = re.compile(r"\s*(?:[;()–—?!]|[:,](?!\d)|(?<!\d)[.](?=\s)|\bbut\b|\bnow\b)\s*(?=\S)")
_DENIED = set(  # words before a value that take it back
    "not longer isn't wasn't aren't instead than except replacing never without forget scratch scrap".split()
)
_AS_OLD = _DENIED | {
    "from", "was", "were", "originally", "previously", "formerly", "earlier", "old", "before", "initially", "first", "of",
}  # fmt: skip
_CHANGED = re.compile(  # what stands before it is no longer so
    r"\b(?:moved|changed|rescheduled|postponed|shifted|updated|corrected|replaced|switched|became|then|later|off|cancelled|wrong)\b",
    re.IGNORECASE,
)
_BEGINS_ANEW = {"to", "now", "then", "and", "by", "until"}  # words behind which another value begins
_PLAINER = {re.compile(r"\b(?:any|every)thing but\b", re.I): "not", re.compile(r"\bused to be\b", re.I): "was"}
NEAR = 3  # words before a value in which one of these counts; the others only where the value that holds is named too


def outcome(planted: Planted, reply: str, answers: Sequence[str] | None = None) -> Outcome:
    """What a reply to a question is worth; `answers` are those that hold in this run, else those of the question.

    - "right" where it names one of the answers, and asserts none that would be false;
    - "false" where it asserts a false one, or answers what was never said;
    - "missed" where it does neither;
    - "void" where there was nothing to be known: the assistant has made nothing up.

    A false answer that is named as such ("it was the 14th, now it is the 19th"; "not the 14th") is not asserted. Who says
    that they are not sure, and names a value all the same, has named it, and has asserted none that would be false.

    These are rules on words, not understanding. Beyond them stay: numbers and times in words ("three hundred", "half past
    seven"), dates in digits alone ("3/7": July or March?), other words for a value ("blows glass", "the
    Bergs"), a value that is named for
    something else ("325 is your room"), and a wrong value that `wrong` does not list.
    """
    answers = planted.answers if answers is None else answers
    if planted.kind == NEVER:
        return RIGHT if not reply.strip() or only_unknown(reply) else FALSE
    if not answers:
        return VOID
    if {"yes", "no"} & {answer.casefold() for answer in (*answers, *planted.wrong)}:
        said = yes_or_no(planted.question, reply)
        return MISSED if said is None else RIGHT if said in {a.casefold() for a in answers} else FALSE
    is_named = _asserts(reply, answers, _DENIED) and not _is_one_of_two(reply, answers)
    if _asserts(reply, planted.wrong, _AS_OLD if is_named else _DENIED, changed_to=answers):
        return MISSED if says_unknown(reply) else FALSE
    return RIGHT if is_named else MISSED


def names(text: str, values: Iterable[str]) -> bool:
    """Whether a text holds one of these values, as whole words: "45" is not in "145", nor in "4.45"."""
    said = words(text)
    return any(any(places(said, value)) for value in values)


def _asserts(text: str, values: Sequence[str], taken_back: set[str], changed_to: Sequence[str] = ()) -> bool:
    """Whether a text names one of these values otherwise than behind a word that takes it back, or before it is changed."""
    for phrase, word in _PLAINER.items():
        text = phrase.sub(word, text)
    clauses = _CLAUSE.split(text)
    for number, clause in enumerate(clauses):
        rest = " ".join(clauses[number + 1 :])
        for value in values:
            for start, stop in places(said := words(clause), value):
                behind = " ".join([*said[stop:], rest])
                if changed_to and (change := _CHANGED.search(behind)) and names(behind[change.end() :], changed_to):
                    continue
                if not taken_back & set(_before(said[:start])):
                    return True
    return not any(names(clause, values) for clause in clauses) and names(text, values)  # "13, Foundry Road"


def _before(said: Sequence[str]) -> Sequence[str]:
    """The words that bear on a value behind them: a few, and none from before another value has begun."""
    near = list(said[-NEAR:])
    begun = [at for at, word in enumerate(near) if word in _BEGINS_ANEW]
    return near[begun[-1] + 1 :] if begun and len(near) > 1 else near


def _is_one_of_two(text: str, values: Sequence[str]) -> bool:
    """Whether a number or date is named as one of several between which the reply does not decide: "50 or 325"."""
    said = words(text)
    for start, stop in (place for value in values for place in places(said, value)):
        for near in (said[max(0, start - NEAR) : start], said[stop : stop + NEAR]):
            if "or" in near and any(word[0].isdigit() for word in near) and said[start][0].isdigit():
                return True
    return False
