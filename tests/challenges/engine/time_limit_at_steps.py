"""A time limit without threads and signals: the clock is looked at while the code goes on, at its calls and in its loops.

What is one step for Python cannot be interrupted, however long it takes: `lock.acquire()`, `time.sleep(1e9)`, the search of
a regular expression, `sum(range(10**12))`. It is noticed at the step after it. Where the system does not tell the time of
the processor from that of the clock, as in a browser, waiting counts as computing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Any

from .allowance import AGAIN, LOOK, Allowance, TookTooLong

TOOL = 4  # a number of sys.monitoring that debuggers, profilers and hypothesis leave alone
MOST = 31  # steps between two looks, where steps are quick: to look takes longer than a step
QUICK = 0.001  # seconds between two looks, after which there may be more steps between them


class StepClock:
    """Interrupts a call when it has used up what it may, at its next step."""

    def __init__(self) -> None:
        self.allowance: Allowance | None = None
        self._pause = LOOK  # until what is used is counted again
        self.steps = self._many = 0  # until the clock is looked at, and between the last two looks
        self._seen = self._counted = 0.0  # when it was looked at, and when what is used was counted
        self._steps = Monitored(self) if hasattr(sys, "monitoring") else Traced(self)

    @contextmanager
    def limit(self, allowance: Allowance) -> Iterator[Allowance]:
        """Allow this much for what is called inside; an inner limit is part of the outer one."""
        if self.allowance is not None:
            yield allowance
            return
        self._seen = self._counted = time.monotonic()
        self._pause, self.steps = LOOK, 0
        self.allowance = allowance
        try:
            with self._steps.watched():
                yield allowance
        finally:
            self.allowance = None
            allowance.count()

    def unwatched(self) -> AbstractContextManager[None]:
        """Around a call of the model, which comes to an end: watched, it would take several times as long."""
        return self._steps.unwatched()

    def end(self) -> None:
        """There is nothing to end."""

    def others_running(self) -> set[Any]:
        """There are no threads."""
        return set()

    def look(self) -> TookTooLong | None:
        """Look at the clock; returns what to raise, if anything."""
        now, allowance = time.monotonic(), self.allowance
        self.steps = self._many = min(2 * self._many + 1, MOST) if now - self._seen < QUICK else 0
        self._seen, passed = now, now - self._counted
        if allowance is None or passed < self._pause:
            return None
        self._counted, self._pause = now, LOOK
        if not allowance.look(passed):
            return None
        self._pause = AGAIN
        error = TookTooLong()
        error.waited = allowance.computed <= allowance.computing
        return error


class Monitored:
    """Steps as Python 3.12 and later tell of them: jumps and calls."""

    def __init__(self, clock: StepClock) -> None:
        self._clock = clock
        self._events = sys.monitoring.events.JUMP | sys.monitoring.events.PY_START

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at each step inside."""
        sys.monitoring.use_tool_id(TOOL, "time limit")
        try:
            for event in (sys.monitoring.events.JUMP, sys.monitoring.events.PY_START):
                sys.monitoring.register_callback(TOOL, event, self._on_event)
            sys.monitoring.set_events(TOOL, self._events)
            yield
        finally:
            sys.monitoring.set_events(TOOL, 0)
            sys.monitoring.free_tool_id(TOOL)

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Look at none inside."""
        sys.monitoring.set_events(TOOL, 0)
        try:
            yield
        finally:
            sys.monitoring.set_events(TOOL, self._events)

    def _on_event(self, *_: Any) -> None:
        self._clock.steps -= 1
        if self._clock.steps < 0 and (error := self._clock.look()):
            raise error


class Traced:
    """Steps as Python 3.11 tells of them: calls, and the lines of code that belongs to no package, such as a learner's."""

    def __init__(self, clock: StepClock) -> None:
        self._clock, self._on = clock, False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at each step inside."""
        before, self._on = sys.gettrace(), True
        sys.settrace(self._called)
        try:
            yield
        finally:
            self._on = False
            sys.settrace(before)

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Look at none inside."""
        before = sys.gettrace()
        sys.settrace(None)
        try:
            yield
        finally:
            sys.settrace(before)

    def _called(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        return self._at_line(frame, event, argument) if _has_lines(frame) else None

    def _at_line(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if not self._on:
            return None
        self._clock.steps -= 1
        if self._clock.steps < 0 and (error := self._clock.look()):
            raise Traceless(self.again, error.waited)
        return self._at_line

    def again(self) -> None:
        """Look at the steps again, in all that runs now."""
        if not self._on:
            return
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if _has_lines(frame):
                frame.f_trace = self._at_line
            frame = frame.f_back
        sys.settrace(self._called)


class Traceless(TookTooLong):
    """What is raised at a step ends the tracing. When it is gone and the code goes on, the code had caught it."""

    def __init__(self, again: Callable[[], None], waited: bool) -> None:
        super().__init__()
        self._again, self.waited = again, waited

    def __del__(self) -> None:
        self._again()


def _has_lines(frame: FrameType) -> bool:
    return not frame.f_globals.get("__package__")
