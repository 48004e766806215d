"""A time limit without threads and signals: the clock is looked at while the code goes on, at its calls and in its loops.

What is one step for Python cannot be interrupted, however long it takes: `lock.acquire()`, `time.sleep(1e9)`, the search of
a regular expression, `sum(range(10**12))`. It is noticed at the step after it. Where the system does not tell the time of
the processor from that of the clock, as in a browser, waiting counts as computing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Any

from .allowance import AGAIN, LOOK, Allowance, TookTooLong

TOOL = 4  # a number of sys.monitoring that debuggers, profilers and hypothesis leave alone


class StepClock:
    """Interrupts a call when it has used up what it may, at its next step."""

    def __init__(self) -> None:
        self.allowance: Allowance | None = None
        self._looked = self._next = 0.0  # when the clock was looked at, and when it is to be looked at again
        watch = Monitored if hasattr(sys, "monitoring") else Traced
        self._watched = watch(self._step)

    @contextmanager
    def limit(self, allowance: Allowance) -> Iterator[Allowance]:
        """Allow this much for what is called inside; an inner limit is part of the outer one."""
        if self.allowance is not None:
            yield allowance
            return
        self._looked = time.monotonic()
        self._next = self._looked + LOOK
        self.allowance = allowance
        try:
            with self._watched.steps():
                yield allowance
        finally:
            self.allowance = None
            allowance.count()

    def unwatched(self) -> AbstractContextManager[None]:
        """Around a call of the model, which comes to an end: nobody looks at the clock, where that would take long."""
        return self._watched.unwatched()

    def others_running(self) -> set[Any]:
        """There are no threads."""
        return set()

    def _step(self) -> TookTooLong | None:
        """At each step: what to raise, if anything."""
        now, allowance = time.monotonic(), self.allowance
        if now < self._next or allowance is None:
            return None
        passed, self._looked, self._next = now - self._looked, now, now + LOOK
        if not allowance.look(passed):
            return None
        self._next = now + AGAIN
        error = TookTooLong()
        error.waited = allowance.computed <= allowance.computing
        return error


class Monitored:
    """Steps as Python 3.12 and later tell of them: jumps and calls."""

    def __init__(self, step: Callable[[], TookTooLong | None]) -> None:
        self._step = step

    @contextmanager
    def steps(self) -> Iterator[None]:
        """Be told of each step inside."""
        monitoring = sys.monitoring
        events = (monitoring.events.JUMP, monitoring.events.PY_START)
        monitoring.use_tool_id(TOOL, "time limit")
        try:
            for event in events:
                monitoring.register_callback(TOOL, event, self._on_event)
            monitoring.set_events(TOOL, sum(events))
            yield
        finally:
            monitoring.set_events(TOOL, 0)
            monitoring.free_tool_id(TOOL)

    def unwatched(self) -> AbstractContextManager[None]:
        """It takes no time to speak of."""
        return nullcontext()

    def _on_event(self, *_: Any) -> None:
        if error := self._step():
            raise error


class Traced:
    """Steps as Python 3.11 tells of them: calls, and the lines of code that belongs to no package, such as a learner's."""

    def __init__(self, step: Callable[[], TookTooLong | None]) -> None:
        self._step = step
        self._on = False

    @contextmanager
    def steps(self) -> Iterator[None]:
        """Be told of each step inside."""
        before, self._on = sys.gettrace(), True
        sys.settrace(self._called)
        try:
            yield
        finally:
            self._on = False
            sys.settrace(before)

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Be told of nothing: each call of a function would take several times as long."""
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
        if error := self._step():
            raise Traceless(self.again, error.waited)
        return self._at_line

    def again(self) -> None:
        """Go on being told, in all that runs now."""
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
