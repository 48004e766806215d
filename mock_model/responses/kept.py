"""Kept: the responses that a server keeps, each with the items that led to it, for 30 days on its clock: the newest 2,000.

A response holds all that came before it, so that it can be continued as often as one likes, whatever becomes of the earlier
ones. What OpenAI's later responses lose when an earlier one is deleted is not verified.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

from mock_model.responses.items import Item

RETENTION = 30 * 86_400  # seconds; OpenAI promises at least 30 days
UNSTORED = 600  # seconds: one in the background with `store` false, so that it can be looked for
HOUR = 3_600
MOST = 2_000  # responses: a newer one takes the place of the oldest
SEEDS = 20_000  # of ids, the latest that were asked for: more than there are responses, so that no two kept ones share an id


class Turn(NamedTuple):
    """A response as it is shown, the items of its request, and all the items that came before them."""

    response: dict[str, Any]
    earlier: tuple[Item, ...]
    input: tuple[Item, ...]
    begun: tuple[Item, ...] = ()  # what a response that failed had begun to say
    streamed: bool = False
    work: Any = None  # what `background` has still to do for it

    @property
    def context(self) -> tuple[Item, ...]:
        """What a request reads that continues from here."""
        return (*self.earlier, *self.own)

    @property
    def own(self) -> tuple[Item, ...]:
        """The items that came with this response."""
        return (*self.input, *self.response["output"])


class Kept:
    """The responses of one server, the newest `MOST` of them. `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start: float | None = None  # of the server's time: the first that the clock was asked for
        self._turns: dict[str, tuple[float, Turn]] = {}  # by id: when it was made, in seconds, and the response
        self._given: dict[str, int] = {}  # by what an id is made of: how many there were
        self._owners: dict[str, dict[str, None]] = {}  # by the id of an item: the responses that it came with

    def age(self) -> int:
        """Seconds since the first response, in whole hours, so that a notebook can be run again and compared."""
        now = self._clock()
        self._start = now if self._start is None else self._start
        return int((now - self._start) // HOUR * HOUR)

    def number(self, seed: str) -> int:
        """How often there was this seed of an id before: the same request, asked again, is another response."""
        number = self._given.pop(seed, -1) + 1
        self._given[seed] = number  # at the end: the one that was not asked for longest is forgotten first
        if len(self._given) > SEEDS:
            del self._given[next(iter(self._given))]
        return number

    def keep(self, turn: Turn) -> None:
        """Keep a response, or put a newer state of it in its place."""
        id = turn.response["id"]
        made, _ = self._turns.get(id, (self._clock(), turn))
        self._turns[id] = made, turn
        for item in turn.own:
            self._owners.setdefault(item["id"], {})[id] = None
        if len(self._turns) > MOST:
            self.delete(next(iter(self._turns)))

    def find(self, id: str) -> Turn | None:
        """The response with this id, unless it was deleted or its time is over."""
        made, turn = self._turns.get(id, (0.0, None))
        if turn is not None and self._clock() - made > (RETENTION if turn.response["store"] else UNSTORED):
            self.delete(id)
            return None
        return turn

    def seconds_old(self, id: str) -> float:
        """How long a response that is kept has been so."""
        return self._clock() - self._turns[id][0]

    def delete(self, id: str) -> None:
        """Forget a response; it need not be there."""
        _, turn = self._turns.pop(id, (0.0, None))
        for item in turn.own if turn else ():
            owners = self._owners.get(item["id"], {})
            owners.pop(id, None)
            if not owners:
                self._owners.pop(item["id"], None)

    def item(self, id: str) -> Item | None:
        """The item with this id, of the input or the output of any response that is kept."""
        turns = (self.find(owner) for owner in tuple(self._owners.get(id, ())))
        return next((item for turn in turns if turn for item in turn.own if item["id"] == id), None)

    def reasoning_before(self, id: str) -> str | None:
        """For the id of an item that came after a piece of reasoning in the same response: the id of that."""
        turns = (self.find(owner) for owner in tuple(self._owners.get(id, ())))
        pairs = (pair for turn in turns if turn for pair in pairwise(turn.response["output"]))
        return next((one["id"] for one, item in pairs if item["id"] == id and one["type"] == "reasoning"), None)
