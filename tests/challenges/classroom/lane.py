"""A lane: a process that has done all that takes long, and checks one file after the other, each in a copy of itself.

It is started with an environment of its own, without the teacher's keys, and knows a copy of the workbook without solutions.
A line of JSON comes in for each file, and one goes out. Before the first of many files of a challenge its situations are drawn,
with right code, of which nothing stays. Where processes cannot be copied safely, which is everywhere but on
Linux, it checks one file itself and ends; the next one takes a new lane.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import linecache
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.challenges.engine import drawn_once, files, own_process, time_limit
from tests.challenges.engine.in_place import Collector, run_here
from tests.challenges.engine.results import Criterion, Result

from . import limits

CAN_COPY = sys.platform == "linux"
SECONDS_BY_THE_CLOCK = 150.0  # for one file
MOST_SAID = 8 << 20  # bytes that are read of what a check says
MOST_IN_THE_ROOM = 256 << 20  # bytes in the files of one check
MOST_FILES = 20_000
RIGHT = "right.py"
LOOK = 0.2  # seconds between two looks at them
SUBREAPER = 36  # of prctl: whoever is left without a parent becomes this process's child
END = os._exit  # the real one
TOO_MANY_FILES = (
    "The code writes more files, or larger ones, than a check may: it was stopped.",
    "Which loop writes, and what ends it?",
)
TOO_LONG = (
    f"The code had not ended after {SECONDS_BY_THE_CLOCK:.0f} seconds, and could not be interrupted.",
    "Which line could wait for ever, as for a lock that your own code holds?",
)
COMPUTED_TOO_LONG = (
    f"The code had not ended after {limits.SECONDS} seconds of computing, and could not be interrupted.",
    "Which line could count for ever, as a loop that adds to the very list that it goes through?",
)


class Teller(own_process.Writer):
    """Tells what is known of each criterion at once."""

    def __init__(self, pipe: int) -> None:
        Collector.__init__(self)
        self._file = os.fdopen(pipe, "w", encoding="utf-8", closefd=False)

    def end(self, **said: Any) -> None:
        self._file.write(json.dumps(said) + "\n")
        self._file.flush()


def main() -> None:
    """Check what is asked for until nobody asks any more."""
    asked, tell = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    for stream in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    importlib.import_module(own_process.TAKES_LONG)
    if CAN_COPY:
        drawn_once.shared = drawn_once.DrawnOnce()
        gc.freeze()  # what is there is the same in all copies, and is not looked through in each
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    print(json.dumps({"ready": True}), file=tell, flush=True)
    for line in asked:
        job, line = json.loads(line), ""  # the code that is checked may look through the frames below it
        if "right" in job:
            prepare(job["name"], job.pop("right"))
        print(json.dumps(checked_in_a_copy(job) if CAN_COPY else checked_here(job)), file=tell, flush=True)
        if not CAN_COPY:
            END(0)


def prepare(name: str, right: str) -> None:
    """Check right code once, so that its situations are drawn, and what is made at the first request is made."""
    with tempfile.TemporaryDirectory(dir=os.environ["HOME"]) as folder:
        before = dict(os.environ)
        live_in(Path(folder))
        path = Path(folder) / RIGHT
        path.write_text(right, encoding="utf-8")
        run_here([name], Collector(), f"--work={path}", "--briefly")
        os.environ.clear()
        os.environ.update(before)
        os.chdir(files.ROOT)
    tempfile.tempdir = None  # each copy has its own
    for module in [module for module in sys.modules if module.startswith("work_")]:
        del sys.modules[module]
    linecache.clearcache()
    time_limit.end()
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def checked_in_a_copy(job: dict[str, Any]) -> dict[str, Any]:
    """What came of one file: its criteria, the seconds of the processor, and what was said of the control."""
    room = Path(job["room"])
    told, tell = os.pipe()
    began = time.monotonic()
    copy = os.fork()
    if copy == 0:
        try:
            os.setsid()
            os.closerange(3, tell)  # the way to whoever asks this lane is not for the code that is checked
            os.closerange(tell + 1, 4096)
            check(job, tell)
        finally:
            END(0)
    os.close(tell)
    lines, problem = listened(told, room, began + SECONDS_BY_THE_CLOCK)
    os.close(told)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(copy, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(copy, signal.SIGKILL)
    status, used = os.wait4(copy, 0)[1:]
    end_what_is_left()
    shutil.rmtree(room, ignore_errors=True)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        problem = problem or COMPUTED_TOO_LONG
    return reported(job, lines, problem, used.ru_utime + used.ru_stime)


def listened(told: int, room: Path, end: float) -> tuple[list[bytes], tuple[str, str] | None]:
    """What a check says until it ends, or does what it may not: then a sentence and a hint as well."""
    said, looked = b"", time.monotonic()
    while True:
        if select.select([told], [], [], LOOK)[0]:
            new = os.read(told, 1 << 16)
            said += new
            if not new or b'\n{"end":' in said[-len(new) - 8 :] or len(said) > MOST_SAID:
                return said.splitlines(), None
        now = time.monotonic()
        if now > end:
            return said.splitlines(), TOO_LONG
        if now - looked > LOOK:
            looked = now
            if is_too_much(room):
                return said.splitlines(), TOO_MANY_FILES


def is_too_much(room: Path) -> bool:
    """Whether there are too many files in a folder, or too large ones."""
    count = size = 0
    for folder, _, names in os.walk(room):
        count += len(names) + 1
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(folder, name)).st_size
        if count > MOST_FILES or size > MOST_IN_THE_ROOM:
            return True
    return False


def end_what_is_left() -> None:
    """End whatever a check has started and not ended: without its parent it is a child of this process."""
    for _ in range(100):
        left = children()
        if not left:
            return
        for one in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(one, signal.SIGKILL)
        for one in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(one, 0)


def children() -> list[int]:
    """The children of this process."""
    try:
        return [*map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())]
    except OSError:
        return []


def check(job: dict[str, Any], tell: int) -> None:
    """Check one file in this process, which is not to be used for anything else afterwards."""
    room = Path(job["room"])
    live_in(room)
    limits.keep_in(room, files.ROOT)
    teller = Teller(tell)
    run_here([job["name"]], teller, f"--work={job['file']}", *job["options"])
    met = all(criterion.met for result in teller.results.values() for criterion in result.criteria)
    teller.end(end=True, control=controlled(job) if met else [])


def live_in(room: Path) -> None:
    """Make a folder the one in which everything is that code reads and writes by itself."""
    os.environ |= {name: str(room) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "WORKBOOK_ROOM")}
    os.chdir(room)


def controlled(job: dict[str, Any]) -> list[list[str]]:
    """What the checker says now of code that is known to be wrong: the code before it may have changed the checker."""
    name = Path(job["file"]).name  # that of the code's own file, so that it cannot tell them apart
    paths = [Path(tempfile.mkdtemp(dir=job["room"])) / name for _ in job["controls"]]
    for path, source in zip(paths, job["controls"], strict=True):
        path.write_text(source, encoding="utf-8")
    teller = Teller(os.open(os.devnull, os.O_WRONLY))
    results = run_here([job["name"]], teller, *(f"--work={path}" for path in paths), "--quick") if paths else []
    unmet = [result.first_unmet for result in results]
    return [[one.test, (one.hints or [""])[0]] if one else ["", ""] for one in unmet]


def checked_here(job: dict[str, Any]) -> dict[str, Any]:
    """The same, where this process is the only copy: what it says goes into a file."""
    path = Path(job["room"]) / "said.jsonl"
    said = os.open(path, os.O_RDWR | os.O_CREAT)
    with contextlib.suppress(BaseException):
        check(job, said)
    return reported(job, path.read_bytes().splitlines(), None, time.process_time())


def reported(
    job: dict[str, Any], lines: list[bytes], problem: tuple[str, str] | None, seconds: float
) -> dict[str, Any]:
    """What a check has said as far as it makes sense: who says it may be a learner's code."""
    result = Result(int(job["name"][:2]), job["name"])
    there: dict[str, Criterion] = {}
    control = None
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            said = json.loads(line)
            if "end" in said:
                control = [[str(word)[:500] for word in one][:2] for one in said["control"]][:9]
                continue
            criterion = Criterion(**said)
            there[str(criterion.test)] = criterion
    result.criteria = [*there.values()]
    result.say_of_the_others(*(problem or own_process.BROKEN))
    return {
        "criteria": [asdict(criterion) for criterion in result.criteria],
        "control": control,
        "seconds": round(seconds, 3),
    }


if __name__ == "__main__":
    main()
