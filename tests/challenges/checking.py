"""A checker in a process of its own: whatever a learner's code does there, a result comes back."""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS = 60  # of the processor, for a whole checker, before it is stopped from outside
SECONDS_BY_THE_CLOCK = 180.0  # for it, on a machine that is busy with other things
MEMORY = 4 << 30  # bytes
RAM = Path("/dev/shm")  # a disk in memory, where there is one
END = os._exit  # the real one: a learner's code may replace it
WIDTH = 78  # characters in a line of what is said
SOLVED, NOT_YET, NOT_STARTED = "solved", "not yet", "not started"
# On Linux what takes long is imported once, and each checker is a copy of that process: a second less for each. Elsewhere
# copies of a process may lack what the system's libraries need, and a checker is a new one.
PROCESSES = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
TAKES_LONG = "ready"  # to import
for folder in (ROOT, HERE):  # before all others: what is checked is this copy of the workbook, whichever is installed
    sys.path[:] = [str(folder), *(other for other in sys.path if other != str(folder))]

ENVIRONMENT = {  # of a checker's process, and of the one whose copy it is, which starts with the first
    "PYTHONPATH": os.pathsep.join(sys.path[:2]),
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",  # sets of texts in the same order each time, so that a result repeats
}


@dataclass
class Criterion:
    """One line of a checker's result."""

    test: str
    text: str
    met: bool = False
    started: bool = True  # there is code to judge
    judged: bool = False  # it is known whether it is met
    problem: str = ""  # in one sentence
    explained: str = ""  # in full
    hints: list[str] = field(default_factory=list)


@dataclass
class Result:
    """What became of one file."""

    number: int
    name: str
    criteria: list[Criterion] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        if self.criteria and all(criterion.met for criterion in self.criteria):
            return SOLVED
        return NOT_YET if any(criterion.started for criterion in self.criteria) else NOT_STARTED

    @property
    def met(self) -> int:
        return sum(criterion.met for criterion in self.criteria)

    @property
    def first_unmet(self) -> Criterion | None:
        """What to look at next: what was begun before what was not."""
        unmet = [criterion for criterion in self.criteria if not criterion.met]
        return next((criterion for criterion in unmet if criterion.started), unmet[0] if unmet else None)


# In this process


class Collector:
    """A plugin of pytest that keeps what became of each criterion, file by file."""

    def __init__(self) -> None:
        self.results: dict[tuple[str, str], Result] = {}

    def pytest_collection_finish(self, session: Any) -> None:
        for item in session.items:
            module, test, _ = _names(item.nodeid)
            self._result(item.nodeid).criteria.append(Criterion(test, criteria_of(module)[test]))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when != "call" and report.outcome != "failed":
            return
        test = _names(report.nodeid)[1]
        criterion = next(one for one in self._result(report.nodeid).criteria if one.test == test)
        criterion.met = report.outcome == "passed"
        criterion.started, criterion.judged = getattr(report, "started", True), getattr(report, "judged", True)
        criterion.problem, criterion.explained = getattr(report, "problem", ""), str(report.longrepr or "")
        criterion.hints = getattr(report, "hints", [])
        self.note(criterion)

    def note(self, criterion: Criterion) -> None:
        """Called once for each criterion that is done."""

    def _result(self, nodeid: str) -> Result:
        module, _, file = _names(nodeid)
        return self.results.setdefault((module, file), Result(int(module[:2]), module))


def _names(nodeid: str) -> tuple[str, str, str]:
    """The challenge, the test and the file of a test: "04_…", "test_…" and "reference"."""
    test, _, file = nodeid.split("::")[-1].rstrip("]").partition("[")
    return Path(nodeid.split("::")[0]).stem.removeprefix("test_"), test, file


def run_here(names: Sequence[str], collector: Collector, *options: str) -> list[Result]:
    """Run the checkers with these names in this process, with more options of pytest."""
    import pytest

    arguments = [str(HERE / f"test_{name}.py") for name in names]
    for plugin in ("no:cacheprovider", "no:faulthandler", "no:unraisableexception", "_hypothesis_pytestplugin"):
        arguments += ["-p", plugin]
    arguments += [
        "--disable-plugin-autoload",
        "-o",
        "addopts=",
        "-q",
        "--tb=native",
        f"--rootdir={ROOT}",
        f"--confcutdir={ROOT}",
        *options,
    ]
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
        code = pytest.main(arguments, plugins=[collector])
    if code not in (0, 1):
        raise RuntimeError(f"The checker could not run:\n{said.getvalue()[-3000:]}")
    return list(collector.results.values())


# In a process of its own


class Checker:
    """A checker that has been started, and checks when it is told to. All that takes long is imported beforehand."""

    def __init__(self, name: str, work: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=RAM if os.access(RAM, os.W_OK) else None))  # gone even if it is killed
        self._name, self._path = name, self._folder / "noted.jsonl"
        self._path.touch()
        os.environ.update(ENVIRONMENT)
        if PROCESSES.get_start_method() == "forkserver":
            PROCESSES.set_forkserver_preload([TAKES_LONG])
        told, self._tell = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=wait_and_check, args=(told, name, work, self._path))
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
        if not noted.criteria:
            noted.criteria.append(Criterion("test", "The code runs"))
        for criterion in noted.criteria:
            if not criterion.judged and criterion.started and not criterion.explained:
                criterion.problem, criterion.hints = problem, [hint]
                criterion.explained = f"    {problem}\n\n    Hint: {hint}"
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
        return (
            "The code ended the whole program, or broke it.",
            "What in it could do that? Take out os._exit(), threads and the like; leave half of it out and try again.",
        )

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


@cache
def criteria_of(name: str) -> dict[str, str]:
    """The tests of a checker and what each says, from its source: nothing has to be run, and -OO takes no words away."""
    source = (HERE / f"test_{name}.py").read_text(encoding="utf-8")
    tests = [node for node in ast.parse(source).body if getattr(node, "name", "").startswith("test_")]
    return {test.name: (ast.get_docstring(test) or test.name).splitlines()[0] for test in tests}


def not_started(name: str) -> Result:
    """What a checker says of its starter."""
    criteria = [Criterion(test, text, started=False) for test, text in criteria_of(name).items()]
    return Result(int(name[:2]), name, criteria)


def is_starter(path: Path) -> bool:
    """Whether a file is the starter of its challenge still."""
    return path.is_file() and path.read_bytes() == (HERE / "starters" / path.name).read_bytes()


def run(names: Sequence[str], work: Path) -> list[Result]:
    """Check the learner's files, each in a process of its own, a few at a time."""
    results = {name: not_started(name) for name in names if is_starter(work / f"{name}.py")}
    waiting, running = [name for name in names if name not in results], []
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 2):
            name = waiting.pop(0)
            running.append((name, Checker(name, work)))
            running[-1][1].go()
        name, checker = running.pop(0)
        try:
            results[name] = checker.result()
        except BaseException:
            for _, other in [(name, checker), *running]:
                other.stop()
            raise
    return [results[name] for name in names]


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


def wait_and_check(told: Connection, name: str, work: Path, path: Path) -> None:
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
        run_here([name], writer, f"--work-folder={work}")
    END(0)
