"""Brief: the answer in few words, taken out of the sentence that was found: a value, a name, what the question lacks."""

from __future__ import annotations

from collections.abc import Sequence

from mock_model.finding.asking import Question
from mock_model.finding.matching import SHARED, how
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.lists import SMALL, phrases
from mock_model.sentences.reading import Said, Sentence, sentence_of
from mock_model.sentences.values import TIMES
from mock_model.sentences.words import join

STOPS, CARDINAL = SMALL | {"called", "named"}, ("number", "counted", "measure")
OF, AND = frozenset("of the & .".split()), frozenset("on the at of and a to , -".split())  # inside a name, and a time
WHEN, ARTICLES = TIMES | {"duration"}, frozenset(("a", "an", "the", "my", "our"))
POINTING = frozenset("called named is am are was were as be by".split())
PLACING = frozenset("at in on from to by near outside inside".split())
Part = tuple[frozenset[str], int, int]  # the kinds of value in it, and its words from here to there


def brief(question: Question, said: Said) -> str | None:
    """The part of a sentence that answers a question, as it was written; None where the question holds all of it."""
    found = said.sentence
    if question.why and (reason := phrases("reason").search(found.text)):
        return found.text[reason.end() :].strip(" ,.;:!") or None
    ties = [{how(b, meant, sentence_of(w.low)) for b, meant in question.meanings} for w in found.words]
    scored = [(_score(question, found, part, ties), -part[1], part) for part in _parts(question, found)]
    best, _, (_, start, end) = max(scored, default=(0.0, 0, ((), 0, 0)), key=lambda one: one[:2])
    return join(found.words[start:end]) if best > 0 else None


def _parts(question: Question, found: Sentence) -> list[Part]:
    """The parts that may answer: values with what belongs to them, times that stand together, and the runs of words between."""
    spoken, parts, inside = found.words, [], {n for v in found.values for n in range(v.start, v.end)}
    low, small = [w.low for w in spoken], [w.low in STOPS or not w.text[0].isalnum() for w in spoken] + [True] * 3
    for kind, start, end in found.values:
        while kind == "name" and not small[end + 1] and spoken[end].low in OF and spoken[end + 1].text[0].isupper():
            end += 2
        before = spoken[start - 1] if start else None
        signed = before and kind in CARDINAL and (before.low == "minus" or (before.text == "-" and spoken[start].glued))
        titled = start > 1 and kind == "name" and before.text == "The"
        tinted = kind == "colour" and start and not small[start - 1] and before.base not in question.bases  # "dark red"
        more = 3 if kind in ("counted", "ordinal") or (kind == "colour" and kind not in question.wanted) else 0
        while end < start + more and not small[end] and spoken[end].text.isalpha():
            end += 1
        if parts and parts[-1][0] | {kind} <= question.wanted & WHEN and AND.issuperset(low[parts[-1][2] : start]):
            kinds, start, _ = parts.pop()  # "noon on Friday the 9th"
        else:
            kinds, start = frozenset(), start - bool(signed or titled or tinted)
        parts.append((kinds | {kind}, start, end))
    start = 0
    for n in range(len(spoken) + 1):
        if small[n] or n in inside:
            parts += [(frozenset(), start, n)] * (n > start)
            start = n + 1
    return parts


def _score(question: Question, found: Sentence, part: Part, ties: Sequence[set]) -> float:
    """How well a part answers, by its kind and its place; 0 where the question has said it itself."""
    kinds, start, end = part
    said = [not tie.isdisjoint(("same", "synonym", "derived")) for tie in ties[start:end]]
    if all(one or word.low in SMALL for one, word in zip(said, found.words[start:end], strict=True)):
        return 0.0
    tied = [n for n, tie in enumerate(ties) if not tie.isdisjoint(SHARED)]
    before = {word.low for word in found.words[max(start - 2, 0) : start]}
    score = 5.0 - 0.1 * min([9, *(max(start - n, n - end + 1, 0) for n in tied)]) + 0.7 * any(n < start for n in tied)
    score += 4.0 if kinds & question.wanted else 0.8 if "name" in kinds else 0.5 * bool(kinds)
    score += 0.5 * (not before.isdisjoint(POINTING)) + 2.0 * (question.where and not before.isdisjoint(PLACING))
    score += -0.5 * (not kinds and is_verb(found.words[start].base)) if before.isdisjoint(ARTICLES) else 0.3
    return score + 1.0 * any("kind" in tie for tie in ties[start:end]) + 0.6 * any(said)
