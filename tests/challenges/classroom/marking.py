"""Marking: files of many learners through a few lanes; a lane that is ended by what it checks is replaced."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from random import SystemRandom
from threading import Thread, Timer
from typing import Any

from tests.challenges.engine import files
from tests.challenges.engine.disk_in_memory import disk_in_memory
from tests.challenges.engine.own_process import ENVIRONMENT
from tests.challenges.engine.results import BROKEN, SOLVED, Criterion, Result, criteria_of

from . import lane, naming, workbook_copy

AT_ONCE = max(1, os.cpu_count() or 2)
SECONDS = 200.0  # for an answer of a lane, which ends a check by itself before
KEPT = {  # of the environment: nothing in it says who or where the teacher is
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TIKTOKEN_CACHE_DIR"),
    *("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),
}
DECEIVED = (
    "The code has changed the checker itself: code that is known to be wrong passed after it. Nothing that it says counts.",
    "Read this file yourself.",
)
MANY = 2  # more files of a challenge than that, for each lane: it pays to prepare for it
CONTROLS = 3  # files that are known to be wrong, after one that is solved,
POOL = 8  # out of so many
LANE = "tests.challenges.classroom.lane"


@dataclass
class Job:
    """A file to be checked, and what came of it."""

    name: str  # of the challenge
    source: bytes
    result: Result | None = None
    seconds: float = 0.0  # of the processor


class Room:
    """Where everything is for the time of a marking: the copy of the workbook, and a folder for each check."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="class-", dir=disk_in_memory())).resolve()
        self.code, self.rooms = self.folder / "workbook", self.folder / "rooms"
        self.rooms.mkdir()
        workbook_copy.copy_to(self.code)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def mark(
    jobs: Sequence[Job], told: Callable[[Job], None], options: Sequence[str] = ("--briefly",), lanes: int = AT_ONCE
) -> None:
    """Check all files, and say of each when it is done. KeyboardInterrupt ends all that runs and is raised again."""
    waiting: SimpleQueue[Job] = SimpleQueue()
    done: SimpleQueue[Job | BaseException] = SimpleQueue()
    lanes = min(lanes, len(jobs))
    count = Counter(job.name for job in jobs)
    many = {name for name in count if count[name] > MANY * lanes and lane.CAN_COPY}
    for job in sorted(jobs, key=lambda job: job.name):
        waiting.put(job)
    room = Room()
    workers = [Lane(room, options, many) for _ in range(lanes)]
    try:
        for worker in workers:
            Thread(target=worker.work, args=(waiting, done), daemon=True).start()
        for _ in jobs:
            job = done.get()
            if isinstance(job, BaseException):
                raise job
            told(job)
    finally:
        for worker in workers:
            worker.stop()
        room.close()


class Lane:
    """A lane, and the thread that gives it work."""

    def __init__(self, room: Room, options: Sequence[str], many: set[str]) -> None:
        """`many`: the challenges of which there are so many files that it pays to prepare for them."""
        self._room, self._options, self._many = room, options, many
        self._process: subprocess.Popen[str] | None = None
        self._prepared: set[str] = set()
        self._stopped = False

    def work(self, waiting: SimpleQueue[Job], done: SimpleQueue[Job | BaseException]) -> None:
        """Take one file after the other, until there is none."""
        try:
            while not self._stopped:
                try:
                    job = waiting.get_nowait()
                except Empty:
                    return
                self._check(job)
                done.put(job)
        except BaseException as error:  # for whoever waits
            done.put(error)
        finally:
            self.stop()

    def _check(self, job: Job) -> None:
        room, controls = Path(tempfile.mkdtemp(dir=self._room.rooms)), controls_of(job.name)
        file = room / f"{job.name}.py"
        file.write_bytes(job.source)
        asked = {"name": job.name, "file": str(file), "room": str(room), "options": [*self._options]}
        asked["controls"] = [control.source for control in controls]
        said = self._answer(asked)
        job.result, job.seconds = result_of(job.name, said), float(said.get("seconds") or 0)
        if job.result.outcome == SOLVED and not all_caught(controls, said.get("control")):
            deny(job.result, *(DECEIVED if said.get("control") else BROKEN))
        shutil.rmtree(room, ignore_errors=True)

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What a lane says; nothing where the code has ended it, which only code does that means to."""
        said: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            process = self._started()
            if asked["name"] in self._many - self._prepared and files.reference(asked["name"]).is_file():
                asked["right"] = files.reference(asked["name"]).read_text(encoding="utf-8")
                self._prepared.add(asked["name"])
            print(json.dumps(asked), file=process.stdin, flush=True)
            said = json.loads(read_line(process))
        if not said or not lane.CAN_COPY:  # such a lane ends after one file
            self._end()
        return said

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            environment = {name: value for name, value in os.environ.items() if name.upper() in KEPT} | ENVIRONMENT
            environment |= {"PYTHONPATH": str(self._room.code), "HOME": str(self._room.rooms), "WORKBOOK_OFFLINE": "1"}
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
            self._process = subprocess.Popen(
                [sys.executable, "-m", LANE],
                cwd=self._room.code,
                env=environment,
                start_new_session=os.name != "nt",
                **pipes,
            )
            if "ready" not in read_line(self._process):
                raise RuntimeError("A checker could not be started: run python3 workbook.py check, which says why.")
        return self._process

    def _end(self) -> None:
        process, self._process, self._prepared = self._process, None, set()
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()

    def stop(self) -> None:
        self._stopped = True
        self._end()


def read_line(process: subprocess.Popen[str]) -> str:
    """The next line that a lane says; it is ended when it says nothing for too long."""
    clock = Timer(SECONDS, process.kill)
    clock.daemon = True
    clock.start()
    try:
        return process.stdout.readline()
    finally:
        clock.cancel()


@dataclass(frozen=True)
class Control:
    """Code that is known to be wrong, without the words that say how."""

    source: str
    fails: str
    hint: str


@cache
def controls(name: str) -> list[Control]:
    """The mistakes that the first criteria of a challenge find, which does not take long, and others as well."""
    found, order = [], [*criteria_of(name)]
    for path in files.mistakes(name):
        source = path.read_text(encoding="utf-8")
        fails, hint = (re.search(rf"^# {what}: (.+)$", source, re.M)[1] for what in ("fails", "hint"))
        if len(naming.known().get(name, {}).get(path.stem, {}).get("said", ())) > 1:
            bare = re.sub(r'\A""".*?"""\n|^# (fails|hint): .+\n', "", source, flags=re.M)
            found.append(Control(bare, fails, hint))
    found.sort(key=lambda control: order.index(control.fails))
    return found[:POOL]


def controls_of(name: str) -> list[Control]:
    """Some of them, which nobody can know beforehand."""
    return SystemRandom().sample(controls(name), min(CONTROLS, len(controls(name))))


def all_caught(controls: Sequence[Control], said: Any) -> bool:
    """Whether a checker that said this of them, the first unmet criterion and its hint, is as it should be."""
    return (
        bool(said)
        and len(said) == len(controls)
        and all(
            test == control.fails and control.hint.lower() in hint.lower()
            for control, (test, hint) in zip(controls, said, strict=True)
        )
    )


def result_of(name: str, said: dict[str, Any]) -> Result:
    """The result that a lane reports: all criteria of the challenge, and no others."""
    told = {}
    for one in said.get("criteria", ()):
        with contextlib.suppress(TypeError):
            criterion = Criterion(**one)
            told[criterion.test] = criterion
    result = Result(int(name[:2]), name)
    for test, text in criteria_of(name).items():
        criterion = told.get(test) or Criterion(test, text)
        criterion.text = text
        result.criteria.append(criterion)
    result.say_of_the_others(*BROKEN)
    return result


def deny(result: Result, problem: str, hint: str) -> None:
    """Take back what a checker said that cannot be relied on."""
    for criterion in result.criteria:
        criterion.met = criterion.judged = False
        criterion.problem, criterion.hints, criterion.explained = problem, [hint], ""
