"""How long a learner's code may go on: by what it computes, so that a busy machine takes nothing from it.

A call is interrupted when it has used its seconds of the processor, or has waited for long without using any. Where there
are threads and signals, these interrupt it; where there are none, the code is looked at while it goes on, step by step.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, wraps
from typing import Any, Protocol

from .allowance import Allowance, TookTooLong
from .where_it_runs import BROWSER, has_processes

SECONDS = 10.0 if BROWSER else 3.0  # of the processor, for one call of a learner's function
SECONDS_OF_WAITING = 10.0  # for it: generous, because some code sleeps a little on purpose
SECONDS_IN_ALL = 60.0 if BROWSER else 15.0  # of the processor, for all calls of one challenge
SECONDS_OF_WAITING_IN_ALL = 30.0

__all__ = ["Allowance", "TookTooLong", "counted_less", "end", "limit", "others_running"]


class Clock(Protocol):
    """What interrupts a call that has used up what it may."""

    allowance: Allowance | None  # of the call that goes on

    def limit(self, allowance: Allowance) -> AbstractContextManager[Allowance]:
        """Interrupt what is done inside when this is used up, and only that."""

    def unwatched(self) -> AbstractContextManager[None]:
        """Around a call of the model: it may go on without being watched, where to watch it takes long."""

    def end(self) -> None:
        """End what goes on between the calls, until the next one."""

    def others_running(self) -> set[Any]:
        """The threads that run beside the main thread, and beside the clock's own."""


def limit(computing: float, waiting: float) -> AbstractContextManager[Allowance]:
    """Allow this much, in seconds, for what is done inside; an inner limit is part of the outer one. Raises TookTooLong."""
    return _clock(has_processes()).limit(Allowance(computing, waiting))


def end() -> None:
    """End what looks at the time between the calls, until the next one."""
    _clock(has_processes()).end()


def others_running() -> set[Any]:
    """The threads that run beside the main thread, and beside those of this module."""
    return _clock(has_processes()).others_running()


def counted_less(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call of the model, where what it computes counts less than what a learner's own code does."""

    @wraps(call)
    def counted(*arguments: Any, **named: Any) -> Any:
        clock = _clock(has_processes())
        allowance = clock.allowance
        if allowance is None or threading.current_thread() is not threading.main_thread():
            return call(*arguments, **named)
        with allowance.in_the_model(), clock.unwatched():
            return call(*arguments, **named)

    return counted


@cache
def _clock(by_signals: bool) -> Clock:
    if by_signals:
        from .time_limit_by_signals import SignalClock

        return SignalClock()
    from .time_limit_at_steps import StepClock

    return StepClock()
