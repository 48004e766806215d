"""Ranking: the sentences of a conversation by how well they answer a question, and how sure that is.

Each sentence gets the sum of its features, weighed; "nothing answers" has a fixed sum. Their shares of e to the power of
the sums are taken as probabilities, which is how the weights were fitted: by tests/mock_model/fit_weights.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mock_model.finding.asking import Question
from mock_model.finding.correcting import corrected
from mock_model.finding.features import NAMES, Surroundings, features
from mock_model.finding.matching import SHARED, rarity
from mock_model.sentences.lists import sections
from mock_model.sentences.reading import Said

SURE = 0.8  # of being the answer, all that are told together
MOST = 3  # sentences in an answer
MOST_WEIGHED = 40  # sentences of a long conversation: those that share most, and those around them


class Found(NamedTuple):
    """What was found for a question: the sentences that may answer it, the likeliest first."""

    told: tuple[Said, ...] = ()
    sure: bool = False  # an answer, and not only the nearest that there is


@lru_cache(maxsize=1)
def weights() -> tuple[list[float], float]:
    """The weights of the features, in their order, and the sum of "nothing answers"."""
    found = {name: float(number) for line in sections("weights.txt")["weights"] for name, number in [line]}
    return [found[name] for name in NAMES], found["nothing"]


def find(question: Question, conversation: Sequence[Said]) -> Found:
    """What answers a question: sentences that were said, or nothing where none shares anything with it."""
    surroundings = Surroundings(question, conversation, rarity(question, conversation))
    near = _candidates(surroundings, len(conversation))
    if not any(tie in SHARED for met in surroundings.ties for tie in met.values()):
        return Found()
    for at in near:
        if (old := corrected(conversation[at], conversation, at)) is not None:
            surroundings.corrects[at] = old
            surroundings.taken_back.add(old)
    per_feature, nothing = weights()
    sums = {
        at: math.fsum(w * f for w, f in zip(per_feature, features(question, conversation, at, surroundings), strict=True))
        for at in near
    }
    for new, old in surroundings.corrects.items():  # what is taken back never answers better than what takes it back
        if old in sums and sums[old] > sums[new]:
            sums[new], sums[old] = sums[old], -math.inf
        else:
            sums[old] = -math.inf
    top = max(sums.values())
    odds = {at: math.exp(total - top) for at, total in sums.items()}
    all_odds, none = math.fsum(odds.values()), math.exp(nothing - top)
    told: list[int] = []
    for at in sorted(odds, key=lambda at: (-odds[at], -at))[:MOST]:
        told.append(at)
        if sum(odds[n] for n in told) >= SURE * all_odds:
            break
    return Found(tuple(conversation[at] for at in told), none < all_odds)


def _candidates(surroundings: Surroundings, count: int) -> list[int]:
    """The places worth weighing: all of a short conversation, else those that share most and what stands around them."""
    if count <= MOST_WEIGHED:
        return list(range(count))
    shared = {at: sum(surroundings.rarity[base] for base in met) for at, met in enumerate(surroundings.ties) if met}
    best = sorted(shared, key=lambda at: (-shared[at], -at))[: MOST_WEIGHED // 4]
    return sorted({n for at in best for n in range(max(at - 1, 0), min(at + 3, count))} | set(range(count - 4, count)))
