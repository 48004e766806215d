"""Whether a reply answers: words compared with words, exactly. No model is asked to judge."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from ..search import terms
from .talk import NEVER, Planted

Outcome = Literal["right", "missed", "false", "void"]
RIGHT: Outcome = "right"
MISSED: Outcome = "missed"
FALSE: Outcome = "false"
VOID: Outcome = "void"
_WORD = re.compile(r"[a-z]+-\d[\w-]*|\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\W_]+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n|;\s")
_QUOTED = re.compile(r'["“”]([^"“”]+)["“”]')
_CLAUSE = re.compile(r"\s*(?:[,;:()–—]|\bbut\b|\bnow\b)\s*(?=\D)")
_NOT = r"(?:not|never|don't|doesn't|didn't|haven't|hasn't|isn't|wasn't|can't|couldn't|cannot|unable)"
_UNKNOWN = re.compile(  # a reply that says that it does not know
    rf"\b(?:I|I'm|we) (?:\w+ )?{_NOT}(?: \w+){{0,3}}? (?:know|tell|find|say|see|sure|certain|recall|remember|answer|aware)\b"
    rf"|\byou (?:\w+ )?{_NOT}(?: \w+)?? (?:mention|said|say|state|specif|provide|share|told|tell|gave|give)"
    rf"|\b{_NOT} (?:yet |ever |been )*(?:mentioned|said|stated|specified|provided|known|shared|discussed|told|given|clear)\b"
    r"|\b(?:no|any) (?:\w+ )?(?:information|record|mention|details?|answer|idea|memory|knowledge)\b"
    r"|\bI find (?:no|none|nothing)\b|\bthe nearest I find\b|\b(?:unknown|unsure)\b|\bunable to (?:tell|say|find|answer)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|isn't|aren't|wasn't|won't|don't|doesn't|didn't|can't|hasn't|"
    r"haven't|wouldn't|no longer|(?:decide[sd]?|vote[sd]?|ch(?:oo|o)se|chosen|advised?) against)\b|n't\b",
    re.IGNORECASE,
)
_DENIED = set(
    "not longer isn't wasn't instead than forget scratch scrap".split()
)  # words before a value that take it back
_AS_OLD = _DENIED | {
    "from",
    "was",
    "were",
    "originally",
    "previously",
    "formerly",
    "earlier",
    "old",
    "before",
    "initially",
}
NEAR = 3  # words before a value in which one of these counts; the others only where the value that holds is named too


def outcome(planted: Planted, reply: str, answers: Sequence[str] | None = None) -> Outcome:
    """What a reply to a question is worth; `answers` are those that hold in this run, else those of the question.

    - "right" where it names one of the answers, and asserts none that would be false;
    - "false" where it asserts a false one, or answers what was never said;
    - "missed" where it does neither;
    - "void" where there was nothing to be known: the assistant has made nothing up.

    A false answer that is named as such ("it was the 14th, now it is the 19th"; "not the 14th") is not asserted. Who says
    that they are not sure, and names a value all the same, has named it, and has asserted none that would be false.
    """
    answers = planted.answers if answers is None else answers
    if planted.kind == NEVER:
        return RIGHT if not reply.strip() or says_unknown(reply) else FALSE
    if not answers:
        return VOID
    if {"yes", "no"} & {answer.casefold() for answer in (*answers, *planted.wrong)}:
        said = yes_or_no(planted.question, reply)
        return MISSED if said is None else RIGHT if said in {a.casefold() for a in answers} else FALSE
    is_named = names(reply, answers)
    if _asserts(reply, planted.wrong, _AS_OLD if is_named else _DENIED):
        return MISSED if says_unknown(reply) else FALSE
    return RIGHT if is_named else MISSED


def says_unknown(reply: str) -> bool:
    """Whether a reply says that it does not know, or that it is not sure."""
    return bool(_UNKNOWN.search(reply.replace("’", "'")))


def names(text: str, values: Iterable[str]) -> bool:
    """Whether a text holds one of these values, as whole words: "45" is not in "145", nor in "4.45"."""
    said = words(text)
    return any(_places(said, words(value)) for value in values)


def _asserts(text: str, values: Sequence[str], taken_back: set[str]) -> bool:
    """Whether a text names one of these values otherwise than behind a word that takes it back."""
    for clause in _CLAUSE.split(text):
        said = words(clause)
        for value in values:
            places = _places(said, words(value))
            if any(not taken_back & set(said[max(0, place - NEAR) : place]) for place in places):
                return True
    return False


def yes_or_no(question: str, reply: str) -> str | None:
    """Whether a reply says that what is asked is so: "yes" or "no", None where it says neither.

    Its first word says so, or a sentence that is about all that is asked, with a word of denial or without one.
    """
    if says_unknown(reply):  # what it quotes all the same is no yes, but it may be a no
        quoted = " ".join(_QUOTED.findall(reply))
        return "no" if quoted and yes_or_no(question, quoted) == "no" else None
    if (first := words(reply)[:1]) and first[0] in ("yes", "no"):
        return first[0]
    asked = set(terms.of_question(question))
    about = [
        sentence for sentence in _SENTENCE.split(reply) if asked and len(asked & _terms(sentence)) * 2 >= len(asked)
    ]
    if not about:
        return None
    best = max(about, key=lambda sentence: len(asked & _terms(sentence)))
    return "no" if _DENIAL.search(best.replace("’", "'")) else "yes"


@lru_cache(maxsize=4096)
def words(text: str) -> list[str]:
    """The words and numbers of a text, for comparison: without case, ordinal endings, and the commas of thousands."""
    plain = _ORDINAL.sub("", terms.folded(text).casefold())
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain)
    return _WORD.findall(plain)


def _terms(text: str) -> set[str]:
    return set(terms.of_fact(text))


def _places(said: Sequence[str], value: Sequence[str]) -> list[int]:
    return [at for at in range(len(said) - len(value) + 1) if value and list(said[at : at + len(value)]) == list(value)]
