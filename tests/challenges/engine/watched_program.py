"""The inside of another program with a learner's code in it: it saves, and is looked at wherever it leaves Python.

A program that is killed leaves what the system had got from it by then; what was still in its own buffers is lost. So it is
enough to look at the folder before and after each call that leaves Python: whatever stands there can be left by a kill.
What happens within one such call, as a COMMIT, is not seen, nor what a disk loses when the power fails.
"""

from __future__ import annotations

import linecache
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from .criteria import Message
from .folders import Files, files_in, on_a_disk_of_its_own
from .learner_code import Work

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SAVED, CONFLICT = "saved", "Conflict"
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


def serve(pipe: Connection, other_end: Connection, file: Path) -> None:
    """Do jobs until nobody is there any more who gives them."""
    import multiprocessing

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
