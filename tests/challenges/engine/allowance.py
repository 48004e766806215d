"""What a call of a learner's code may use: seconds of the processor, and seconds of waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

LOOK = 0.05  # seconds between two looks at the clock
STILL = 0.1  # of them: who used less of the processor between two looks has waited; who naps in a loop, too
AGAIN = 0.5  # seconds after which code is interrupted again that has caught the first one
IN_THE_MODEL = 0.2  # of a second that a call of the model computes counts: a slow machine is not the learner's fault
FEW_CALLS = 200  # of the model, in one call of a function, for which that holds; those after them count in full


class TookTooLong(BaseException):
    """Raised inside a learner's code that does not end. `waited`: it computed nothing for too long."""

    waited = False


@dataclass
class Allowance:
    """What one call may use, and what it has used. What the model computes for it counts less."""

    computing: float
    waiting: float
    began: float = field(default_factory=time.process_time)
    computed: float = 0.0
    waited: float = 0.0
    calls: int = 0  # of the model
    _spent: float = 0.0  # of the processor at the last look, whoever computed
    _free: float = 0.0  # seconds of the processor that do not count
    _asked: float | None = None  # when the call of the model began that is going on

    def look(self, passed: float = LOOK, queued_for: float = 0.0) -> bool:
        """Count what has been used since the last look, so many seconds ago; whether that is too much.

        `queued_for`: seconds since then for which the machine had no time for it.
        """
        spent, now = self._spent, time.process_time()
        self._spent = now - self.began
        if self._spent - spent < STILL * passed:  # it waited, unless it stood in the queue
            self.waited += max(0.0, passed - max(0.0, queued_for))
        return self.count(now) or self.waited > self.waiting

    def count(self, now: float | None = None) -> bool:
        """Count what has been computed; whether that is too much."""
        now = time.process_time() if now is None else now
        asked = self._asked
        self.computed = now - self.began - self._free - (self._not_counted(now - asked) if asked is not None else 0)
        return self.computed > self.computing

    @contextmanager
    def in_the_model(self) -> Iterator[None]:
        """Around a call of the model."""
        if self._asked is not None:
            yield
            return
        self.calls += 1
        self._asked = began = time.process_time()
        try:
            yield
        finally:
            self._free += self._not_counted(time.process_time() - began)
            self._asked = None

    def _not_counted(self, seconds: float) -> float:
        return seconds * (1 - IN_THE_MODEL) if self.calls <= FEW_CALLS else 0.0
