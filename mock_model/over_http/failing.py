"""Failing: what goes wrong on a wire and takes time there, and failures that fall by chance, the same ones each time."""

from __future__ import annotations

import random
from collections import deque
from typing import NamedTuple

from mock_model.api.failures import KINDS

TIMED = {"slow": 10.0, "stall": None}  # seconds, unless the request says how long; None: until the client gives up
ALL_KINDS = (*KINDS, *TIMED)
SPRINKLED = ("429", "500", "503", "connection", "drop", "slow")  # by chance: none that a program cannot come through
SPRINKLED_SECONDS = 1.0
LONGEST = 600.0  # seconds that a client is kept waiting at most


class Delay(NamedTuple):
    """What befalls an answer that is given: "slow" before its first piece, "stall" in its middle; for so many seconds."""

    kind: str
    seconds: float | None


class Delays:
    """The delays asked for and not yet given, first in, first out."""

    def __init__(self) -> None:
        self._queue: deque[Delay] = deque()

    def add(self, kind: str, times: int, seconds: float | None) -> None:
        """Delay the next `times` answers; `seconds` None takes those of the kind. Raises ValueError for fewer than one."""
        if times < 1:
            raise ValueError(f"A failure happens at least once, but times is {times}.")
        self._queue.extend([Delay(kind, TIMED[kind] if seconds is None else seconds)] * times)

    def next(self) -> Delay | None:
        """Take the delay of this answer, or None."""
        return self._queue.popleft() if self._queue else None


class Chance:
    """Whether the next request fails, and how: with the same seed the same, whatever the requests hold."""

    def __init__(self, seed: int | None, rate: float) -> None:
        self._random, self._rate = (None if seed is None else random.Random(seed)), rate

    def next(self) -> str | None:
        """The kind of failure that befalls the next request, or None."""
        if self._random is None:
            return None
        draw, kind = self._random.random(), self._random.choice(SPRINKLED)
        return kind if draw < self._rate else None
