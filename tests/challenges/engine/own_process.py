"""A checker in a process of its own: whatever a learner's code does there, a result comes back."""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from . import files
from .disk_in_memory import disk_in_memory
from .in_place import Collector, run_here
from .results import BROKEN, Criterion, Result

SECONDS = 60  # of the processor, for a whole checker, before it is stopped from outside
SECONDS_BY_THE_CLOCK = 180.0  # for it, on a machine that is busy with other things
MEMORY = 4 << 30  # bytes
END = os._exit  # the real one: a learner's code may replace it
# On Linux what takes long is imported once, and each checker is a copy of that process: a second less for each. Elsewhere
# copies of a process may lack what the system's libraries need, and a checker is a new one.
PROCESSES = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
TAKES_LONG = f"{__package__}.warm_up"  # to import
ENVIRONMENT = {  # of a checker's process, and of the one whose copy it is, which starts with the first
    "PYTHONPATH": str(files.ROOT),  # what is checked is this copy of the workbook, whichever is installed
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",  # sets of texts in the same order each time, so that a result repeats
}


class Checker:
    """A checker that has been started, and checks when it is told to. All that takes long is imported beforehand."""

    def __init__(self, name: str, work: Path, *options: str) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=disk_in_memory()))  # gone even if it is killed
        self._name, self._path = name, self._folder / "noted.jsonl"
        self._path.touch()
        os.environ.update(ENVIRONMENT)
        if PROCESSES.get_start_method() == "forkserver":
            PROCESSES.set_forkserver_preload([TAKES_LONG])
        told, self._tell = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=wait_and_check, args=(told, name, work, self._path, options))
        self._process.start()
        told.close()

    def go(self) -> None:
        """Check now."""
        with contextlib.suppress(OSError):
            self._tell.send("now")

    def result(self) -> Result:
        """What came of it, at the latest when its time is over."""
        self._process.join(SECONDS_BY_THE_CLOCK)
        problem, hint = self._ending()
        noted = self._read()
        noted.say_of_the_others(problem, hint)
        self.stop()
        return noted

    def _ending(self) -> tuple[str, str]:
        """What to say of a criterion that was not come to: how the process has ended, and what to look for."""
        if self._process.is_alive():
            return (
                f"The code had not ended after {SECONDS_BY_THE_CLOCK:.0f} seconds, and could not be interrupted.",
                "Which line could wait for ever, as for a lock that your own code holds?",
            )
        if hasattr(signal, "SIGXCPU") and self._process.exitcode == -signal.SIGXCPU:
            return (
                f"The code had not ended after {SECONDS} seconds of computing, and could not be interrupted.",
                "Which line could count for ever, as a loop that adds to the very list that it goes through?",
            )
        return BROKEN

    def stop(self) -> None:
        """End it, whatever it is doing."""
        self._tell.close()
        self._process.kill()
        self._process.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self) -> Result:
        newest: dict[str, Criterion] = {}
        for line in self._path.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):  # a line that was cut off
                criterion = Criterion(**json.loads(line))
                newest[criterion.test] = criterion
        return Result(int(self._name[:2]), self._name, list(newest.values()))


class Writer(Collector):
    """A collector that writes down at once what it knows, so that it is known should the process end."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("w", encoding="utf-8")

    def pytest_collection_finish(self, session: Any) -> None:
        super().pytest_collection_finish(session)
        for result in self.results.values():
            for criterion in result.criteria:
                self.note(criterion)

    def note(self, criterion: Criterion) -> None:
        self._file.write(json.dumps(asdict(criterion)) + "\n")
        self._file.flush()


def wait_and_check(told: Connection, name: str, work: Path, path: Path, options: tuple[str, ...]) -> None:
    """Import everything, wait to be told, check, and end at once, whatever the learner's code has left running."""
    for stream in range(3):  # standard input, output and error
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    importlib.import_module(TAKES_LONG)
    writer = Writer(path)
    os.environ["WORKBOOK_ROOM"] = str(path.parent)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    with contextlib.suppress(BaseException):
        told.recv()
        run_here([name], writer, f"--work-folder={work}", *options)
    END(0)
