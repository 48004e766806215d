"""Ways to put texts into an order for a question, the best first: by words, by vectors, and by several orders in one."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from math import log, sqrt
from operator import mul
from pathlib import Path

from chat_memory.facts import UserFacts
from chat_memory.search.function_words import FUNCTION_WORDS
from chat_memory.search.ranking import Said, worth
from chat_memory.search.stems import stem
from chat_memory.store import ConversationStore
from common import offline_server

from .asked_in_other_words import Asking

Order = list[int]  # places of texts; those that have nothing to do with the question are missing
Ranking = Callable[[Asking], list[Order]]  # an order for each question
BATCH = 256
AMONG = 60  # of reciprocal rank fusion: Cormack, Clarke and Büttcher, 2009


def words(asking: Asking) -> list[Order]:
    """Full-text search as `UserFacts.find` does it, on SQLite."""
    with tempfile.TemporaryDirectory() as folder, ConversationStore(Path(folder) / "facts.db") as store:
        user = UserFacts(store, "ana")
        places = {user.add(text).id: place for place, text in enumerate(asking.texts)}
        return [[places[fact.id] for fact in user.find(one.question, len(places))] for one in asking.asked]


def bm25(asking: Asking) -> list[Order]:
    """BM25 as textbooks have it (k1 = 1.2, b = 0.75), over the stems of all words but function words."""
    return _bm25(asking, [Counter(_stems(text)) for text in asking.texts])


def bm25_behind(asking: Asking) -> list[Order]:
    """The messages of a talk by BM25, each with the words of the two before it: what find does, as simply as can be."""
    own = [_stems(text) for text in asking.texts]
    return _bm25(asking, [Counter(chain(*own[max(0, at - 2) : at + 1])) for at in range(len(own))])


def _bm25(asking: Asking, texts: Sequence[Counter[str]]) -> list[Order]:
    lengths = [sum(text.values()) for text in texts]
    usual = sum(lengths) / len(lengths)
    holding = Counter(term for text in texts for term in text)
    rare = {term: log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for term, n in holding.items()}
    orders = []
    for one in asking.asked:
        asked = {term for term in _stems(one.question) if term in rare}
        orders.append(
            _order(
                [
                    sum(rare[t] * text[t] * 2.2 / (text[t] + 1.2 * (0.25 + 0.75 * length / usual)) for t in asked)
                    for text, length in zip(texts, lengths, strict=True)
                ]
            )
        )
    return orders


def finding(asking: Asking) -> list[Order]:
    """The messages of a talk as `find` of a conversation ranks them: with neighbours, speaker and day."""
    said = [Said(text, role, "", day) for text, role, day in zip(asking.texts, asking.roles, asking.days, strict=True)]
    return [_order(worth(one.question, said, asking.days[-1])) for one in asking.asked]


def by_vectors(model: str) -> Ranking:
    """The order by cosines of the vectors of an embedding model of the offline server."""

    def ranking(asking: Asking) -> list[Order]:
        told = vectors(model, tuple(asking.texts))
        asked = vectors(model, tuple(one.question for one in asking.asked))
        return [_order([_product(one, other) for other in told]) for one in asked]

    return ranking


def fused(*rankings: Ranking) -> Ranking:
    """Several orders in one, by reciprocal rank fusion: a text is worth the sum of 1 / (60 + its rank)."""

    def ranking(asking: Asking) -> list[Order]:
        orders = []
        for several in zip(*(each(asking) for each in rankings), strict=True):
            worths = [0.0] * len(asking.texts)
            for order in several:
                for rank, place in enumerate(order, 1):
                    worths[place] += 1 / (AMONG + rank)
            orders.append(_order(worths))
        return orders

    return ranking


@lru_cache(maxsize=64)
def vectors(model: str, texts: tuple[str, ...]) -> list[list[float]]:
    """The vectors of texts. Raises openai.NotFoundError where the server has no such model."""
    client = offline_server().client()
    rows: list[list[float]] = []
    for start in range(0, len(texts), BATCH):
        answer = client.embeddings.create(model=model, input=list(texts[start : start + BATCH]))
        rows += [one.embedding for one in answer.data]
    return rows


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of two vectors of length 1."""
    return sum(map(mul, one, other))


def interval(found: int, of: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share."""
    share, z = found / of, 1.96
    middle, spread = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def _stems(text: str) -> list[str]:
    return [stem(word) for word in re.findall(r"\w+", text.lower()) if word not in FUNCTION_WORDS]


def _order(worths: Sequence[float]) -> Order:
    return sorted((at for at, value in enumerate(worths) if value > 0), key=lambda at: (-worths[at], -at))
