"""Matching: what a sentence shares with a question, word by word, the rarer words of the conversation for more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mock_model.finding.asking import Question
from mock_model.sentences.kinds import Meaning
from mock_model.sentences.reading import Said, Sentence
from mock_model.sentences.remembering import remembered

WORTH = {
    "same": 1.0,
    "synonym": 0.8,
    "derived": 0.7,
    "kind": 0.6,
    "above": 0.3,
    "sibling": 0.2,
}  # in the sentences around
LIGHT = 0.5  # what a word weighs that says the kind of the answer: "name", "day"
LONG = 40  # sentences; in more, some share such a word by chance
SHARED = frozenset(("same", "synonym", "derived", "kind", "above"))  # what counts as shared


def how(base: str, meant: Meaning, said: Sentence) -> str | None:
    """How a word of a question meets a sentence, by the strongest tie: the same, a synonym …, or not at all."""
    if base in said.bases:
        return "same"
    own = said.meanings["own"]
    if not meant.own.isdisjoint(own):
        return "synonym"
    if not meant.derived.isdisjoint(own) or not meant.own.isdisjoint(said.meanings["derived"]):
        return "derived"
    if not meant.own.isdisjoint(said.meanings["above"]):
        return "kind"
    if not meant.near.isdisjoint(own):
        return "above"
    return "sibling" if not meant.near.isdisjoint(said.meanings["near"]) else None


@remembered(2048)
def ties(question: Question, said: Sentence) -> Mapping[str, str]:
    """The words of a question that meet a sentence, each with how it does."""
    return {base: tie for base, meant in question.meanings if (tie := how(base, meant, said))}


def rarity(question: Question, conversation: Sequence[Said]) -> dict[str, float]:
    """How much each word of a question weighs: the fewer sentences have it, the more. Together they weigh 1."""
    count = len(conversation)
    having = {base: sum(base in said.sentence.bases for said in conversation) or 0.7 for base in question.bases}
    weights = {base: math.log(1 + count / n) for base, n in having.items()}
    if question.subject and count > LONG:
        weights |= {base: weight * LIGHT for base, weight in weights.items() if base not in question.subject}
    total = math.fsum(weights.values()) or 1.0
    return {base: weight / total for base, weight in weights.items()}


def meets(question: Question, said: Sentence) -> bool:
    """Whether a sentence shares a word or a kind of thing with a question."""
    return any(tie in SHARED for tie in ties(question, said).values())


def shares(question: Question, said: Sentence) -> bool:
    """Whether a sentence has anything to do with a question: a word, a kind of thing, or the topic."""
    return meets(question, said) or not question.topics.isdisjoint(said.topics)


def covers(question: Question, said: Sentence) -> bool:
    """Whether a sentence has all that a question is about."""
    met = ties(question, said)
    return bool(met) and all(met.get(base) in ("same", "synonym") for base in question.bases)
