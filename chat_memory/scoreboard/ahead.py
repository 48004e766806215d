"""What a run will cost, said before anything is sent: about the most that it can be, with nothing read from a cache."""

from collections.abc import Iterable, Sequence

from ..tokens import count_tokens
from .ledger import Price, Used
from .strategies import STRATEGIES, Strategy
from .talk import Talk

REPLY_TOKENS = 150  # of a real model, which says more than the scripted one
WRITES = 2  # times as much, where summaries or facts are written too


def estimate(talks: Sequence[Talk], price: Price, strategies: Iterable[Strategy] = STRATEGIES) -> float:
    """About the most that these strategies cost in these talks: as if each sent the whole history with each turn."""
    one = sum((_all_sent(talk) for talk in talks), Used())
    fresh = one.tokens_in * max(price.input, price.cache_write) + one.out * price.output
    return sum((WRITES if strategy.writer else 1) * fresh for strategy in strategies) / 1_000_000


def _all_sent(talk: Talk) -> Used:
    """What it takes to send the whole history with each turn, and with each question."""
    used, history = Used(), count_tokens([{"role": "system", "content": talk.system}])
    for turn in talk.turns:
        history += count_tokens([{"role": "user", "content": turn.without_tools}])
        used += Used(calls=1, tokens_in=history * (1 + bool(turn.lookup)), out=REPLY_TOKENS)
        history += REPLY_TOKENS
    asked = sum(count_tokens([{"role": "user", "content": each.question}]) for each in talk.planted)
    return used + Used(tokens_in=len(talk.planted) * history + asked, out=len(talk.planted) * REPLY_TOKENS)
