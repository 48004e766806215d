"""Features: what speaks for a sentence as the answer to a question, each a number. Their weights are in data/weights.txt."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence

from mock_model.finding.asking import Question
from mock_model.finding.correcting import ONE_TOPIC
from mock_model.finding.matching import WORTH, ties
from mock_model.sentences import lists
from mock_model.sentences.reading import Said, spoken_of

REASON = re.compile(
    r"\b(?:because|cause|cos|coz|bc|since|so that|due to|reason|as|for|to|after|too|thanks to|that's why)\b", re.I
)
CHANGE = re.compile(
    r"\b(?:actually|scratch that|scrap that|make (?:that|it)|correction|changed?|moved|instead|no longer"
    r"|any ?more|now|turns out|switched"
    r"|pushed|sorry|wait|update|rather|meant|wrong|in the end|after all|new)\b",
    re.I,
)
PLACES = frozenset("in at on near to from under behind by along opposite above below next inside outside".split())
ADDRESSED = re.compile(r"you (?:are|'re|help|assist|answer|act|work|only|must|should|speak|will|can)\b", re.I)
TALK = re.compile(r"\W*(?:noted|ok|okay|sure|thanks|thank you|great|nice|cool|got it|hello|hi|hey|good|sounds)\b", re.I)
NAMES = (
    "same synonym derived kind count before earlier thread wanted unwanted new assistant system addressed"
    " of_assistant of_user own others another unnamed topic change why talk corrects none"
).split()


def features(question: Question, conversation: Sequence[Said], at: int, seen: Surroundings) -> list[float]:
    """The features of the sentence at a place of the conversation, in the order of NAMES."""
    said, sentence = conversation[at], conversation[at].sentence
    met, rest = seen.ties[at], [base for base in question.bases if base not in seen.ties[at]]
    found = dict.fromkeys(NAMES, 0.0)
    for base, tie in met.items():
        if tie in found:
            found[tie] += seen.rarity[base]
    found["count"] = len(met) / 3
    beside = seen.beside(at)
    if (old := seen.corrects.get(at)) is not None:
        found["corrects"] = seen.cover(rest, [old] if seen.ties[old] else seen.before(old))
    for name, places in (
        ("before", [n for n in beside if n == at - 1]),
        ("earlier", seen.previous(at)),
        ("thread", seen.previous(at, 2)),
    ):  # each word that it lacks counts where it stands nearest
        found[name] = seen.cover(rest, places)
        rest = [base for base in rest if not any(base in seen.ties[n] for n in places)]
    asked = set(question.bases)
    spoken = [sentence] + ([conversation[of].sentence] if (of := spoken_of(conversation, at)) is not None else [])
    kinds = {v.kind for s in spoken for v in s.values if not all(w.base in asked for w in s.words[v.start : v.end])}
    if question.who and not sentence.low.isdisjoint(lists.PEOPLE):
        kinds.add("name")
    if not sentence.low.isdisjoint(PLACES):
        kinds.add("place")
    if question.wanted:
        found["wanted"] = float(not kinds.isdisjoint(question.wanted))
        found["unwanted"] = 1 - found["wanted"]
    found["new"] = math.log(1 + min(len(sentence.bases - asked), 6))
    found["assistant"] = float(said.role == "assistant")
    found["system"] = float(said.role in ("system", "developer"))
    found["addressed"] = float(said.role in ("system", "developer") and bool(ADDRESSED.match(sentence.text)))
    found["of_assistant"] = float(question.of_assistant and said.role == "assistant")
    found["of_user"] = float(question.of_assistant and said.role == "user")
    if question.persons:
        of_name = bool(sentence.values) and sentence.values[0][:2] == ("name", 0)  # "Rex is three."
        found["another"] = float(of_name and question.persons.isdisjoint(met) and seen.meets(question.persons))
    elif question.of_user and not question.who and said.role != "assistant":
        found["own"] = float(sentence.about == "user")
        found["others"] = float(sentence.about == "other")
    found["change"] = float(said.role == "user" and bool(CHANGE.search(sentence.text)))
    found["why"] = float(question.why and bool(REASON.search(sentence.text)))
    if question.persons:
        near = [at, *beside, *seen.previous(at)]
        found["unnamed"] = float(all(question.persons.isdisjoint(conversation[n].sentence.bases) for n in near))
    if question.topics:
        found["topic"] = len(question.topics & sentence.topics) / len(question.topics)
    found["talk"] = float(bool(TALK.match(sentence.text)) and len(sentence.words) < 7)
    found["none"] = float(not any(WORTH[tie] > 0.5 for tie in met.values()))
    return [found[name] for name in NAMES]


def _tells(question: Question, said: Said) -> bool:
    """Whether a sentence tells of a topic that a question asks for, and of whom it asks."""
    if question.of_assistant or question.topics.isdisjoint(said.sentence.topics):
        return False
    if question.persons:
        return question.persons <= said.sentence.bases
    own = question.topics & said.sentence.topics & ONE_TOPIC
    return question.of_user and said.sentence.about == "user" and bool(own)


class Surroundings:
    """What is known of a conversation before its sentences are weighed for a question."""

    def __init__(self, question: Question, conversation: Sequence[Said], rarity: Mapping[str, float]) -> None:
        self.rarity = rarity
        self.ties = [ties(question, said.sentence) for said in conversation]
        self.corrects: dict[int, int] = {}
        self._messages: dict[int, list[int]] = {}
        for at, said in enumerate(conversation):
            self._messages.setdefault(said.message, []).append(at)
        self._place = [said.message for said in conversation]
        self.on_topic = [at for at, said in enumerate(conversation) if _tells(question, said)]
        self._asked = [question.of_assistant and said.role == "user" for said in conversation]

    def reply(self, at: int) -> list[int]:
        """The sentences of the reply to a sentence of the user's, where the assistant's words are asked for."""
        return self._messages.get(self._place[at] + 1, [])[:4] if self._asked[at] else []

    def meets(self, persons: Collection[str]) -> bool:
        """Whether one of these people is spoken of in any sentence."""
        return any(base in met for met in self.ties for base in persons)

    def beside(self, at: int) -> list[int]:
        """The other sentences of its message."""
        return [n for n in self._messages[self._place[at]] if n != at and abs(n - at) < 6]

    def before(self, at: int) -> list[int]:
        """The sentence before it in its message, if any."""
        return [n for n in self.beside(at) if n == at - 1]

    def previous(self, at: int, back: int = 1) -> list[int]:
        """The last sentences of the message before, or of the one before that."""
        return self._messages.get(self._place[at] - back, [])[-4:]

    def cover(self, rest: Sequence[str], places: Sequence[int]) -> float:
        """How much of what a sentence lacks stands in others."""
        return sum(
            self.rarity[base] * max((WORTH[self.ties[n][base]] for n in places if base in self.ties[n]), default=0.0)
            for base in rest
        )
