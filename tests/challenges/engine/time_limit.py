"""How long a learner's code may go on: by what it computes, so that a busy machine takes nothing from it.

A call is interrupted when it has used its seconds of the processor, or has waited for long without using any. What counts
as waiting are looks at the clock between which the program was on, but did not move: a machine that is busy with other
things, or stops the whole program for a while, adds nothing to either.
"""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

LOOK = 0.05  # seconds between two looks at the clock
STILL = 0.1  # of them: who used less of the processor between two looks has waited; who naps in a loop, too
AGAIN = 0.5  # seconds after which code is interrupted again that has caught the first one
TIMER = hasattr(signal, "setitimer")
INTERRUPT = signal.SIGBREAK if os.name == "nt" else signal.SIGUSR1


class TookTooLong(BaseException):
    """Raised inside a learner's code that does not end. `waited`: it computed nothing for too long."""

    waited = False


@dataclass
class Allowance:
    """What one call may use: seconds of the processor, and seconds of waiting."""

    computing: float
    waiting: float
    began: float = field(default_factory=time.process_time)
    computed: float = 0.0
    waited: float = 0.0

    def look(self) -> bool:
        """Count what has been used since the last look; whether that is too much."""
        before, self.computed = self.computed, time.process_time() - self.began
        if self.computed - before < STILL * LOOK:
            self.waited += LOOK  # however long the look took to come: the program may have been stopped
        return self.computed > self.computing or self.waited > self.waiting


class Clock:
    """Interrupts the main thread when a call has used up what it may, and only as long as that call goes on.

    The interruption is a signal to this process, which the main thread answers: it ends a wait for a lock as well, and on
    most systems the search of a regular expression. A thread sends it, and the system, by a timer of the processor's time,
    where code lets no thread run. The answer looks first whether the call still goes on: it cannot hit what comes after it.
    """

    def __init__(self) -> None:
        self._allowance: Allowance | None = None
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, computing: float, waiting: float) -> Iterator[Allowance]:
        """Allow this much, in seconds, for what the main thread does inside; an inner limit is part of the outer one."""
        allowance = Allowance(computing, waiting)
        if self._allowance is not None or threading.current_thread() is not threading.main_thread():
            yield allowance
            return
        self._start(computing)
        try:
            self._allowance = allowance
            yield allowance
        finally:
            try:
                self._allowance = None
            finally:  # should it be interrupted right there
                self._allowance = None
            if TIMER:
                signal.setitimer(signal.ITIMER_PROF, 0)
            allowance.computed = time.process_time() - allowance.began

    def others_running(self) -> set[threading.Thread]:
        """The threads that run beside the main thread and the clock's own."""
        return set(threading.enumerate()) - {threading.main_thread(), self._thread}

    def _start(self, computing: float) -> None:
        signal.signal(INTERRUPT, self._interrupt)  # at each call: a learner's code may have taken the signal away
        if TIMER:
            signal.signal(signal.SIGPROF, self._interrupt)
            signal.setitimer(signal.ITIMER_PROF, computing + LOOK, AGAIN)
        if self._thread is None or not self._thread.is_alive():  # there is none in a fork
            self._thread = threading.Thread(target=self._watch, args=(threading.main_thread(),), daemon=True)
            self._thread.start()

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        allowance = self._allowance
        if allowance is None:
            return
        computed = time.process_time() - allowance.began
        if computed > allowance.computing or allowance.waited > allowance.waiting:
            error = TookTooLong()
            error.waited = computed <= allowance.computing
            raise error

    def _watch(self, main: threading.Thread) -> None:
        pause = LOOK
        while True:
            time.sleep(pause)
            pause = LOOK
            allowance = self._allowance
            if allowance is not None and allowance.look():
                self._send(main)
                pause = AGAIN

    def _send(self, main: threading.Thread) -> None:
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(main.ident, INTERRUPT)
        else:
            _thread.interrupt_main(INTERRUPT)


CLOCK = Clock()
