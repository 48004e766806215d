"""Ranking: the sentences of a conversation by how well they answer a question, and how sure that is.

Each sentence gets the sum of its features, weighed. The shares of e to the power of these sums are taken as likelihoods,
which is how the weights were fitted: by tests/mock_model/fit_weights.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from mock_model.finding.asking import Question
from mock_model.finding.correcting import ONE_TOPIC, corrected, denied, echoes
from mock_model.finding.features import ADDRESSED, NAMES, Surroundings, features
from mock_model.finding.matching import LONG, SHARED, WORTH, covers, meets, rarity, shares, ties
from mock_model.sentences.lists import phrases, sections
from mock_model.sentences.reading import REFERS, WANTS_TO_KNOW, Said
from mock_model.sentences.remembering import remembered

DOUBT, MORE, ORDERS = phrases("doubt"), phrases("more"), phrases("orders")
SURE, COVERED = 5.5, 4.5  # the sums from which on a sentence is an answer, and one that has all words of the question
NEAR, TOPIC = 1.5, 4.0  # the nearest, and the nearest by its topic alone
ENOUGH, MOST = (0.5, 0.8), (2, 3)  # the likelihood that what is told answers, together, and sentences, sure and not
WHOLE = 1.0  # more for a sentence that has all words of a question, if there are two twice that
SELF = frozenset("i i'm i've i'll i'd me name user user's".split())  # not "our printer", of whom the user speaks too
OWN = 5.0  # more for the user's own name, home or job, where that is asked for
MOST_BEST = 10  # sentences of a long conversation that are weighed: those that share most, and those around them
AROUND = 8  # sentences before and after one, of its message and the one before, that tell what it is about
MOST_ON_TOPIC = 6  # sentences more that tell of its topic: "I'm Ina" where a name is asked for


class Found(NamedTuple):
    """What was found for a question: the sentences that may answer it, the likeliest first."""

    told: tuple[Said, ...] = ()
    sure: bool = False  # an answer, and not only the nearest that there is


@lru_cache(maxsize=1)
def weights() -> list[float]:
    """The weights of the features, in their order."""
    found = {name: float(number) for name, number in sections("weights.txt")["weights"]}
    return [found[name] for name in NAMES]


def find(question: Question, conversation: Sequence[Said]) -> Found:
    """What answers a question: sentences that were said, or nothing where none shares anything with it."""
    return _find(question, tuple(conversation))


@remembered(128)
def _find(question: Question, conversation: tuple[Said, ...]) -> Found:
    sums = weighed(question, conversation)
    top = max(sums.values(), default=0.0)
    by_topic = bool(question.bases) and not any(meets(question, said.sentence) for said in conversation)
    if top < (TOPIC if by_topic else NEAR):
        return Found()
    odds = {at: math.exp(total - top) for at, total in sums.items()}
    ranked = list({conversation[at].text: at for at in sorted(odds, key=lambda at: (odds[at], at))}.values())[::-1]
    best = conversation[ranked[0]]
    sure = top >= (COVERED if covers(question, best.sentence) else SURE) and not _doubtful(question, best)
    if len(conversation) > LONG and not by_topic:
        sure = sure and not _off(question, conversation, ranked[0])
    enough = 0.9 if sure and MORE.search(best.text) else ENOUGH[not sure]  # "I'm also allergic to latex": there is more
    if sure and enough < 0.9 and covers(question, best.sentence):
        enough = 0.0
    told: list[int] = []
    for at in ranked[: MOST[not sure]]:
        told.append(at)
        if sum(odds[n] for n in told) >= enough * math.fsum(odds.values()):
            break
    if (after := _continued(question, conversation, told[0])) not in (None, *told):
        told.append(after)
    return Found(tuple(conversation[at] for at in told), sure)


def _continued(question: Question, conversation: Sequence[Said], at: int) -> int | None:
    """The place of the sentence after it that has the value that is asked for: "We have a new boss. Her name is Ina."."""
    after = at + 1
    if after == len(conversation) or not question.wanted or conversation[after].message != conversation[at].message:
        return None
    has = [not question.wanted.isdisjoint(v.kind for v in conversation[n].sentence.values) for n in (at, after)]
    has[0] = has[0] and not WANTS_TO_KNOW.search(conversation[at].text)  # "She wants to know who comes. It's Ina."
    return after if has == [False, True] and REFERS.match(conversation[after].text) else None


def _off(question: Question, conversation: Sequence[Said], at: int) -> bool:
    """Whether a sentence is about something else, by all that is said around it, or lacks the number that is asked for."""
    here = conversation[at].message
    near = [said for said in conversation[max(at - AROUND, 0) : at + AROUND] if 0 <= here - said.message < 2]
    met = {base for said in near for base, tie in ties(question, said.sentence).items() if tie in SHARED}
    if question.subject and met.isdisjoint(question.subject):
        return True
    told = {v.kind for said in conversation[at : at + AROUND] if said.message == here for v in said.sentence.values}
    return question.measures and question.wanted.isdisjoint(told)


def _doubtful(question: Question, said: Said) -> bool:
    """Whether a sentence tells of somebody else, of a wish or of another time than the question."""
    met = ties(question, said.sentence)
    unlike = [meant for base, meant in question.meanings if met.get(base) == "sibling"]
    if any(str(kind).startswith("#") for one in unlike for kind in one.near & said.sentence.meanings["near"]):
        return True  # a cat where a dog is asked for
    if question.persons:
        others = bool(said.sentence.people) and question.persons.isdisjoint(met)
    else:
        others = question.of_user and not question.who and said.sentence.about == "other"
    asked = {found.lower() for found in DOUBT.findall(question.text)}
    return others or any(found.lower() not in asked for found in DOUBT.findall(said.text))


def weighed(question: Question, conversation: Sequence[Said]) -> dict[int, float]:
    """The sum of each sentence that may answer, by its place; nothing where no sentence shares anything with the question."""
    if not any(shares(question, said.sentence) for said in conversation):
        return {}
    found = described(question, conversation)
    covered = {
        at for at in found if covers(question, conversation[at].sentence) and not _is_wish(question, conversation[at])
    }
    more = WHOLE * min(len(question.bases), 2)
    sums = {at: math.fsum(map(mul, weights(), one)) + more * (at in covered) for at, one in found.items()}
    own = {at for at in found if _tells_own(question, conversation[at])}
    return {at: total + OWN * (at in own) for at, total in sums.items()}


def _tells_own(question: Question, said: Said) -> bool:
    """Whether the user tells what there is one of for each, as is asked: the own name, home or job."""
    if question.persons or not question.of_user:
        return False
    topics = question.topics & said.sentence.topics & ONE_TOPIC
    if question.subject:  # the dog's name
        topics -= {"own name"}
    return bool(topics) and said.sentence.about == "user" and not said.sentence.low.isdisjoint(SELF)


def _is_wish(question: Question, said: Said) -> bool:
    """Whether the user may only have wished for what the assistant is asked about: "Suggest a name", "Which did you suggest?"."""
    return question.of_assistant and said.role == "user"


def described(question: Question, conversation: Sequence[Said]) -> dict[int, list[float]]:
    """The features of each sentence that may answer, by its place: no questions, and nothing that was taken back."""
    seen = Surroundings(question, conversation, rarity(question, conversation))
    near = _candidates(seen, len(conversation))
    among = set(near)
    for at in range(len(conversation)):
        if at not in among and not denied(conversation[at].sentence):
            continue
        if (old := corrected(conversation[at], conversation, at)) is not None and (at in among or old in among):
            seen.corrects[at] = old
    near = sorted(among | set(seen.corrects))
    gone = {n for new, old in seen.corrects.items() for n in (old, *echoes(conversation, old, new))}
    return {
        at: features(question, conversation, at, seen)
        for at in near
        if at not in gone and not conversation[at].sentence.asks and not is_order(conversation[at])
    }


def is_order(said: Said) -> bool:
    """Whether a sentence of the instructions only says how to reply or what the model is, or is a heading."""
    about_model = ADDRESSED.match(said.text) and not said.sentence.values
    return said.role in ("system", "developer") and bool(
        about_model or ORDERS.match(said.text) or said.text.endswith(":")
    )


def _candidates(seen: Surroundings, count: int) -> list[int]:
    """The places worth weighing: all of a short conversation, else those that share most and what stands around them."""
    if count <= LONG:
        return list(range(count))
    shared = {
        at: sum(seen.rarity[base] * WORTH[tie] for base, tie in met.items()) for at, met in enumerate(seen.ties) if met
    }
    best = sorted(shared, key=lambda at: (-shared[at], -at))[:MOST_BEST]
    told = sorted(seen.on_topic, key=lambda at: (-shared.get(at, 0), -at))[:MOST_ON_TOPIC]
    around = {n for at in best for n in (*range(max(at - 1, 0), min(at + 3, count)), *seen.reply(at))}
    return sorted(around | set(told) | set(range(count - 4, count)))
