"""Brief: the answer in few words, taken out of the sentence that was found: a value, a name, what the question lacks."""

from __future__ import annotations

from collections.abc import Sequence

from mock_model.finding.asking import Question
from mock_model.finding.matching import SHARED, how
from mock_model.sentences import lists
from mock_model.sentences.reading import Said, Sentence, sentence_of
from mock_model.sentences.values import Value
from mock_model.sentences.words import Word, join

STOPS = lists.SMALL | {"called", "named"}
INSIDE = frozenset("of the & .".split())  # in a name: "Bog of Allen", "Dr. Hall"


def brief(question: Question, said: Said) -> str | None:
    """The part of a sentence that answers a question, as it was written; None where the question holds all of it."""
    found = said.sentence
    if question.why and (reason := lists.phrases("reason").search(found.text)):
        return found.text[reason.end() :].strip(" ,.;:!") or None
    ties = [{how(b, meant, sentence_of(w.low)) for b, meant in question.meanings} for w in found.words]
    scored = [(_score(question, found.words, part, ties), -part.start, part) for part in _parts(found)]
    best, _, part = max(scored, default=(0.0, 0, Value("", 0, 0)))
    return join(found.words[part.start : part.end]) if best > 0 else None


def _parts(found: Sentence) -> list[Value]:
    """The parts that may answer: values with what belongs to them, and the runs of words between small words and signs."""
    spoken = found.words
    small = [w.low in STOPS or not w.text[0].isalnum() for w in spoken] + [True] * 3
    parts, taken = [], set()
    for kind, start, end in found.values:
        taken.update(range(start, end))
        while kind == "name" and not small[end + 1] and spoken[end].low in INSIDE and spoken[end + 1].text[0].isupper():
            end += 2
        more = 3 if kind in ("counted", "colour", "ordinal") else 0
        while end < start + more and not small[end] and spoken[end].text.isalpha():
            end += 1
        parts.append(Value(kind, start, end))
    start = 0
    for n in range(len(spoken) + 1):
        if small[n] or n in taken:
            parts += [Value("", start, n)] if n > start else []
            start = n + 1
    return parts


def _score(question: Question, spoken: Sequence[Word], part: Value, ties: Sequence[set]) -> float:
    """How well a part answers, by its kind and its place; 0 where the question has said it itself."""
    inside, text = ties[part.start : part.end], spoken[part.start : part.end]
    said = [not tie.isdisjoint(("same", "synonym", "derived")) for tie in inside]
    if all(one or word.low in lists.SMALL for one, word in zip(said, text, strict=True)):
        return 0.0
    tied = [n for n, tie in enumerate(ties) if not tie.isdisjoint(SHARED)]
    near = min([9, *(max(part.start - n, n - part.end + 1, 0) for n in tied)])
    score = 5.0 - 0.1 * near + 0.5 * any(n < part.start for n in tied)
    score += 4.0 if part.kind in question.wanted else 0.8 * bool(part.kind)
    return score + 2.0 * any("kind" in tie for tie in inside) + 0.6 * any(said)
