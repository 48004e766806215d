"""Other programs with a learner's code in them: held up half-way, so that another one comes in between, or killed half-way.

A program is a fork of the checker; on Windows, which has none, it is a new Python, and takes longer to start. Where there are
no processes at all, what needs one cannot be judged.
"""

from __future__ import annotations

import os
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from .criteria import NotJudgedHere
from .folders import Files, files_in, on_a_disk_of_its_own, put
from .watched_program import CONFLICT, SAVED, Done, Left, serve
from .where_it_runs import has_processes

__all__ = [
    "CONFLICT",
    "SAVED",
    "Done",
    "Files",
    "Left",
    "Program",
    "Stuck",
    "files_in",
    "on_a_disk_of_its_own",
    "put",
]

SECONDS_ASLEEP = 3.0  # until it is taken to wait for ever
SECONDS = 60.0  # for a job, however busy the machine is; where it cannot be forked, it imports everything anew
LOOK = 0.05  # seconds between two looks at whether it sleeps
NAP = 0.005  # seconds; a program that sleeps through two of them waits for another one
ANY_NAP = 0.25  # seconds until it is taken to wait, whatever it does


class Stuck(Exception):
    """A program did not end in time, and was ended."""


class Program:
    """A program that does one job after the other. It starts with the first one."""

    def __init__(self, file: Path) -> None:
        self._file, self._process, self._pipe = file, None, None

    def start(self, **job: Any) -> None:
        """Begin a job. Raises NotJudgedHere where there are no processes."""
        if self._process is None:
            if not has_processes():
                raise NotJudgedHere
            import multiprocessing

            kind = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
            self._pipe, theirs = kind.Pipe()
            self._process = kind.Process(target=serve, args=(theirs, self._pipe, self._file), daemon=True)
            with warnings.catch_warnings():  # forked beside the clock of the time limit, which does not matter
                warnings.simplefilter("ignore", DeprecationWarning)
                self._process.start()
            theirs.close()
            self.result()
        self._pipe.send(job)

    def result(self) -> Any:
        """What became of the job, which is Done, or the line at which the program is held up. Raises Stuck.

        A program that only sleeps is stuck soon; one that is ready to go on has time, because the machine may be busy.
        """
        end, asleep = time.monotonic() + SECONDS, 0.0
        with suppress(EOFError, OSError):  # the code has ended the program
            while asleep < SECONDS_ASLEEP and time.monotonic() < end:
                if self._pipe.poll(LOOK):
                    return self._pipe.recv()
                asleep = asleep + LOOK if self._sleeps() else 0.0
        self.end()
        raise Stuck

    def do(self, **job: Any) -> Done:
        self.start(**job)
        return self.result()

    def go_on(self) -> None:
        """No longer hold it up."""
        self._pipe.send(None)

    def waits(self) -> bool:
        """Wait until the program has done its job (False), or seems to wait for another one (True)."""
        end, asleep = time.monotonic() + ANY_NAP, 0
        while asleep < 2 and time.monotonic() < end:
            if self._pipe.poll(NAP):
                return False
            asleep = asleep + 1 if self._sleeps() else 0
        return True

    def _sleeps(self) -> bool:
        """Whether it is not even ready to go on. Only Linux can tell; elsewhere it may only be slow."""
        try:
            return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"
        except OSError:
            return True

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None
