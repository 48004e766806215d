"""Other programs with a learner's code in them: held up half-way, so that another one comes in between, or killed half-way.

A program that is killed leaves what the system had got from it by then; what was still in its own buffers is lost. So it is
enough to look at the folder before and after each call that leaves Python: whatever stands there can be left by a kill.
What happens within one such call, as a COMMIT, is not seen, nor what a disk loses when the power fails.

A program is a fork of the checker; on Windows, which has none, it is a new Python, and takes longer to start.
"""

from __future__ import annotations

import errno
import linecache
import multiprocessing
import os
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from .criteria import Message
from .learner_code import Work

SECONDS_ASLEEP = 3.0  # until it is taken to wait for ever
SECONDS = 60.0  # for a job, however busy the machine is; where it cannot be forked, it imports everything anew
LOOK = 0.05  # seconds between two looks at whether it sleeps
NAP = 0.005  # seconds; a program that sleeps through two of them waits for another one
ANY_NAP = 0.25  # seconds until it is taken to wait, whatever it does
INSIDE = {
    "builtins",
    "itertools",
    "math",
    "re",
    "sys",
    "_abc",
    "_collections",
    "_functools",
    "_json",
    "_sre",
    "_struct",
}
SAVED, CONFLICT = "saved", "Conflict"
Files = dict[str, bytes | None]  # what a folder holds; None is a folder in it


@dataclass
class Left:
    """What a program leaves that is killed at this line of the learner's file."""

    line: int
    code: str
    files: Files


@dataclass
class Done:
    """What became of a job: SAVED, CONFLICT or the words of another error."""

    outcome: str
    found: list[Message] | str | None = None  # by resume, before it saved
    place: str = ""  # where in the learner's file the error came from
    steps: int = 0  # calls that leave Python, on the way
    left: list[Left] | None = None  # by a kill, moment by moment; each different from the one before


class Stuck(Exception):
    """A program did not end in time, and was ended."""


def files_in(folder: Path) -> Files:
    """What a folder holds."""
    found: Files = {}
    for path in sorted(folder.rglob("*")):
        with suppress(OSError):  # it was there just now; or Windows lets nobody else read it
            found[path.relative_to(folder).as_posix()] = None if path.is_dir() else path.read_bytes()
    return found


def put(files: Files, folder: Path) -> Path:
    """Make a folder that holds these files."""
    folder.mkdir()
    for name, content in files.items():
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content)
    return folder


class Program:
    """A program that does one job after the other. It starts with the first one."""

    def __init__(self, file: Path) -> None:
        self._file, self._process, self._pipe = file, None, None

    def start(self, **job: Any) -> None:
        """Begin a job."""
        if self._process is None:
            kind = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
            self._pipe, theirs = kind.Pipe()
            self._process = kind.Process(target=serve, args=(theirs, self._pipe, self._file), daemon=True)
            with warnings.catch_warnings():  # forked beside the clock of calling.py, which does not matter
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


# In the other program


def serve(pipe: Connection, other_end: Connection, file: Path) -> None:
    """Do jobs until nobody is there any more who gives them."""
    multiprocessing.current_process()._config["daemon"] = False  # it may have helpers of its own
    other_end.close()  # a copy: as long as it is open, it looks as if somebody were there
    work = Work(file, file.name)
    pipe.send("ready")
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            job = pipe.recv()
            kind = job.pop("kind")
            pipe.send(killed(work, **job) if kind == "killed" else saved(work, pipe, **job))


def saved(
    work: Work, pipe: Connection, path: Path, turn: list[Message], known: int, read: bool = False, hold: int = -1
) -> Done:
    """Save a turn; read first if wanted. Held up before the step with the number `hold`."""
    count = 0

    def step(event: str, line: int) -> None:
        nonlocal count
        if event == "c_call":
            count += 1  # first: while this one is held up, another thread of the code may come here
            if count == hold + 1:
                pipe.send(line)
                pipe.recv()

    found = resumed(work, path) if read else None
    done = attempt(work, path, turn, known, step if hold >= 0 else None)
    return Done(done.outcome, found, done.place, count)


def killed(work: Work, path: Path, turn: list[Message], known: int) -> Done:
    """Save a turn, and note what would be left if the program were killed on the way."""
    left: list[Left] = []
    count, before = 0, files_in(path.parent)

    def step(event: str, line: int) -> None:
        nonlocal before, count
        count += event == "c_call"
        now = files_in(path.parent)
        if now != before:
            before = now
            left.append(Left(line, linecache.getline(str(work.path), line).strip(), now))

    with on_a_disk_of_its_own(path.parent):
        done = attempt(work, path, turn, known, step)
    return Done(done.outcome, None, done.place, count, left)


def resumed(work: Work, path: Path) -> list[Message] | str:
    try:
        with redirect_stdout(StringIO()):
            found = work.get("resume")(path)
        return found if isinstance(found, list) else repr(found)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def attempt(
    work: Work, path: Path, turn: list[Message], known: int, step: Callable[[str, int], None] | None = None
) -> Done:
    """Save a turn, and tell at each step in which line of the learner's file it is."""
    save, here = work.get("save"), os.getpid()

    def on_event(frame: FrameType | None, event: str, function: Any) -> None:
        if (
            event.startswith("c_") and leaves_python(function) and os.getpid() == here
        ):  # not in what the code has forked
            while frame is not None and frame.f_code.co_filename != str(work.path):
                frame = frame.f_back
            if frame is not None:
                step(event, frame.f_lineno)

    try:
        with redirect_stdout(StringIO()):
            if step:
                threading.setprofile(on_event)
                sys.setprofile(on_event)
            save(path, turn, known)
            return Done(SAVED)
    except BaseException as error:
        sys.setprofile(None)
        if os.getpid() != here:
            os._exit(0)  # what the code has forked is no second program
        if isinstance(error, work.get("Conflict")):
            return Done(CONFLICT)
        return Done(f"{type(error).__name__}: {error}", place=place(work, error))
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def leaves_python(function: Any) -> bool:
    """Whether a function written in C may change something outside of this process, or wait for something there."""
    owner = getattr(function, "__self__", getattr(function, "__objclass__", None))
    module = getattr(function, "__module__", None) or (owner if isinstance(owner, type) else type(owner)).__module__
    return module not in INSIDE or function is print


def place(work: Work, error: BaseException) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(work.path)]
    return f", in line {lines[-1]} ({linecache.getline(str(work.path), lines[-1]).strip()})" if lines else ""


@contextmanager
def on_a_disk_of_its_own(folder: Path) -> Iterator[None]:
    """As if this folder were on another disk than all others: nothing can be renamed into it, or out of it."""

    def apart(rename: Callable) -> Callable:
        def renamed(source: Any, target: Any, **options: Any) -> None:
            sides = [folder in Path(os.path.abspath(os.fsdecode(side))).parents for side in (source, target)]
            if sides[0] != sides[1]:
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(target))
            rename(source, target, **options)

        return renamed

    really = os.rename, os.replace
    os.rename, os.replace = map(apart, really)
    try:
        yield
    finally:
        os.rename, os.replace = really
