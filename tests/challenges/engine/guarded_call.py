"""A guarded call of a learner's code: what it raises becomes a sentence, what it prints is kept, its time is counted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

from . import time_limit
from .criteria import NotStarted, NotYet, NoUse, Scene
from .errors_in_words import LearnersFile
from .time_limit import Allowance, TookTooLong

END = os._exit  # the real one
MOST_PRINTED = 20_000  # characters that are kept of what one call prints


class Printed(StringIO):
    """What a learner's code prints: the beginning of it, and whoever closes it."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, MOST_PRINTED - self.tell())])
        return len(text)

    def close(self) -> None:
        """It is read afterwards."""


class Guard:
    """Stands around all calls of one learner's code, one after the other."""

    def __init__(self, file: LearnersFile) -> None:
        self._file = file
        self.stuck: NotYet | None = None  # why there is no use in calling it any more
        self.computed = self.waited = 0.0  # seconds in the learner's code
        self._running = time_limit.others_running()
        self.printed = ""  # by the last call

    def no_use(self, problem: NotYet) -> NoUse:
        """Note that the code need not be called any more; returns what to raise."""
        problem.judged = False
        self.stuck = problem
        return NoUse(problem)

    @contextmanager
    def around(self, name: str, importing: bool = False) -> Iterator[None]:
        """Around a call of the function with this name, or around the import of the file."""
        printed, used, calls = Printed(), Allowance(0, 0), Scene.calls
        try:
            with (
                time_limit.limit(time_limit.SECONDS, time_limit.SECONDS_OF_WAITING) as used,
                redirect_stdout(printed),
                _no_way_out(),
            ):
                yield
        except (NotYet, NotStarted, NoUse):
            raise
        except NotImplementedError as error:
            if importing:
                raise self.no_use(self._file.stops(name, error, importing)) from None
            raise NotStarted(f"{name} is not written yet.") from None
        except RecursionError as error:
            problem = self._file.calls_itself(name, error)
            raise (self.no_use(problem) if used.computed > 1 else problem) from None
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not self._file.raised_by_hand(error):
                raise  # Ctrl-C
            if isinstance(error, TookTooLong):
                raise self.no_use(self._file.did_not_end(name, error, Scene.calls - calls)) from None
            if end := self._file.ends_here(name, error, importing):
                raise self.no_use(end) from None
            problem = self._file.stops(name, error, importing)
            raise (self.no_use(problem) if importing else problem) from error
        finally:
            self.printed = printed.getvalue() or self.printed * importing
            self._count_time(name, used)

    def _count_time(self, name: str, used: Allowance) -> None:
        self.computed += used.computed
        self.waited += used.waited
        if self.stuck:
            return
        if self.computed > time_limit.SECONDS_IN_ALL:
            slow = f"it has computed for {self.computed:.0f} seconds so far"
            hint = "What does it do again and again that could be done once?"
            if running := len(time_limit.others_running() - self._running):
                hint = f"Threads that your code has started still run: {running}. What ends them, and is any of them needed?"
        elif self.waited > time_limit.SECONDS_OF_WAITING_IN_ALL:
            slow = f"it has waited for {self.waited:.0f} seconds so far"
            hint = "What does it wait for in each call? Is there a sleep that nobody needs?"
        else:
            return
        what = f"{name} is so slow that not everything could be tried: {slow}."
        self.stuck = NotYet(what, hints=(hint,), judged=False)


@contextmanager
def _no_way_out() -> Iterator[None]:
    """os._exit would end the checker without a word. What the code has forked ends here: it is no second checker."""
    checker, really = os.getpid(), os._exit

    def leave(code: int = 0) -> Any:
        if os.getpid() != checker:
            END(code)
        sys.exit(code)

    os._exit = leave
    try:
        yield
    finally:
        if os.getpid() != checker:
            END(0)
        os._exit = really
