"""Programs that work at the same time: starts those of writers.py, lets them begin together, and kills them if asked to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple, Self

from .writers import Job

FORKS = hasattr(os, "fork")
WRITERS = str(Path(__file__).with_name("writers.py"))


class Done(NamedTuple):
    """What each of the programs noted, and how long all took together."""

    notes: list[str]
    seconds: float


def start(*arguments: str) -> subprocess.Popen:
    command = [sys.executable, WRITERS, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def apart(jobs: list[Job], kill_after: float | None) -> Done:
    """Do jobs in new processes, and kill them after so many seconds."""
    programs = [start(json.dumps(job)) for job in jobs]
    for program in programs:
        assert program.stdout.read(1) == "r"  # it is ready
    began = time.perf_counter()
    for program in programs:
        program.stdin.close()  # it begins
    if kill_after is not None:
        time.sleep(kill_after)
        for program in programs:
            program.kill()
    notes = []
    for program in programs:
        with program:
            notes.append(program.stdout.read())
    return Done(notes, time.perf_counter() - began)


class Crew:
    """Does jobs at the same time. Used in a `with` statement."""

    def __enter__(self) -> Self:
        self._forker = start() if FORKS else None
        return self

    def __exit__(self, *error: object) -> None:
        if self._forker:
            self._forker.communicate()

    def run(self, *jobs: Job, kill_after: float | None = None) -> Done:
        """Do the jobs, each in a process; kill these after so many seconds. Raises AssertionError for an error in one."""
        if self._forker:
            print(json.dumps({"jobs": jobs, "kill_after": kill_after}), file=self._forker.stdin, flush=True)
            done = Done(*json.loads(self._forker.stdout.readline()))
        else:
            done = apart(list(jobs), kill_after)
        assert "!" not in "".join(done.notes), "\n".join(done.notes)
        return done
