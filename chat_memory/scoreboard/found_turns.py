"""Turns found by search: all turns are kept as they were said, and those that share rare words with a question are sent."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log

from ..messages import Message
from ..search import terms
from ..turns import split_turns
from .resending import Chosen
from .talk import text_of

FOUND = 4  # turns at most that are found
LAST = 2  # turns before the question that are sent in any case


def found(fitting: Chosen, *, most: int = FOUND, last: int = LAST) -> Chosen:
    """The instructions, the turns that are found for the newest message, and the last ones, in the order of the talk.

    No model is asked for it. What is said in other words than the question is not found; embeddings would find some of it.
    `fitting` cuts the whole to a budget.
    """

    def chosen(history: list[Message]) -> list[Message]:
        system, turns = split_turns(history)
        older, newest = turns[: -last - 1], turns[-last - 1 :]
        asked = terms.of_question(text_of(newest[-1][0]))
        places = sorted(_best(asked, [_terms(_said(turn)) for turn in older])[:most])
        return fitting([*system, *(message for at in places for message in older[at]), *(m for t in newest for m in t)])

    return chosen


def _best(asked: Sequence[str], texts: Sequence[frozenset[str]]) -> list[int]:
    """The places of texts that share terms with a question, best first: rare terms weigh more, newer turns win ties."""
    holding = Counter(term for text in texts for term in text)
    weight = {term: log(1 + len(texts) / holding[term]) for term in asked if term in holding}
    worth = {at: sum(weight[term] for term in weight if term in text) for at, text in enumerate(texts)}
    return sorted((at for at in worth if worth[at]), key=lambda at: (-worth[at], -at))


def _said(turn: Sequence[Message]) -> str:
    return "\n".join(text_of(message) for message in turn)


@lru_cache(maxsize=4096)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms.of_fact(text))
