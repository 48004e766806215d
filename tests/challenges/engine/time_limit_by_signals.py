"""A time limit by threads and signals, which interrupt nearly everything, waiting as well as computing."""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

from .allowance import AGAIN, LOOK, Allowance, TookTooLong

TIMER = hasattr(signal, "setitimer")
INTERRUPT = signal.SIGBREAK if os.name == "nt" else signal.SIGUSR1

OPEN = open  # the real one, whatever a learner's code makes of it


def queued() -> float:
    """Seconds for which the main thread was ready to go on, but the machine was busy with others; only Linux can tell."""
    try:
        with OPEN(f"/proc/self/task/{threading.main_thread().native_id}/schedstat", encoding="ascii") as told:
            return int(told.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0


class SignalClock:
    """Interrupts the main thread when a call has used up what it may, and only as long as that call goes on.

    The interruption is a signal to this process, which the main thread answers: it ends a wait for a lock as well, and on
    most systems the search of a regular expression. A thread sends it, and the system, by a timer of the processor's time,
    where code lets no thread run. The answer looks first whether the call still goes on: it cannot hit what comes after it.
    What counts as waiting are looks at the clock between which the program was on, but did not move: a machine that is busy
    with other things, or stops the whole program for a while, adds nothing to either.
    """

    def __init__(self) -> None:
        self.allowance: Allowance | None = None
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, allowance: Allowance) -> Iterator[Allowance]:
        """Allow this much for what the main thread does inside; an inner limit is part of the outer one."""
        if self.allowance is not None or threading.current_thread() is not threading.main_thread():
            yield allowance
            return
        self._start(allowance.computing)
        try:
            self.allowance = allowance
            yield allowance
        finally:
            try:
                self.allowance = None
            finally:  # should it be interrupted right there
                self.allowance = None
            if TIMER:
                signal.setitimer(signal.ITIMER_PROF, 0)
            allowance.count()

    def unwatched(self) -> AbstractContextManager[None]:
        """To watch takes no time."""
        return nullcontext()

    def end(self) -> None:
        """End the thread, as it has to be before this process is copied; the next call starts another one."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

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
        allowance = self.allowance
        if allowance is None:
            return
        computed_too_long = allowance.count()
        if computed_too_long or allowance.waited > allowance.waiting:
            error = TookTooLong()
            error.waited = not computed_too_long
            raise error

    def _watch(self, main: threading.Thread) -> None:
        pause, now = LOOK, queued()
        while self._thread is threading.current_thread():
            time.sleep(pause)
            pause, before, now = LOOK, now, queued()
            allowance = self.allowance
            if allowance is None:
                continue
            if allowance.look(queued_for=now - before) and self.allowance is allowance:  # it may have ended meanwhile
                self._send(main)
                pause = AGAIN

    def _send(self, main: threading.Thread) -> None:
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(main.ident, INTERRUPT)
        else:
            _thread.interrupt_main(INTERRUPT)
