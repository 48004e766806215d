"""A plugin: files of tests side by side, in a few processes, each of which takes the next file when it is done with one.

Each file is collected once, by the process that runs it, while the others do the same; to collect all ten thousand tests takes as
long as every tenth of them. Where processes can be forked they begin with all that this one has imported.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import sys
import warnings
from collections import deque
from collections.abc import Iterator
from fnmatch import fnmatch
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

CAN_FORK = sys.platform == "linux"
OFTEN = 0.3  # seconds after which a process tells what it has found
# What takes longest comes first, so that no process has much left to do when the others are done.
LONGEST = (
    "tests/website/test_in_node.py",
    "tests/test_challenges.py",
    "tests/test_in_place.py",
    "tests/test_desk.py",
    "tests/examples/",
    "tests/test_types.py",
)
LONGEST += ("tests/test_compare.py", "lessons/")
_ends: list[Connection] = []  # those of this process, which are not for the ones that it forks


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processes", type=int, default=0, help="run files of tests side by side in so many processes")


def pytest_configure(config: pytest.Config) -> None:
    here = config.getoption("--processes") < 2 or config.getoption("collectonly") or config.getoption("usepdb")
    if not here and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Leader(config), "side by side")


class Leader:
    """Hands out the files, and passes on what is reported of them."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.tests, self.done = config, 0, 0
        self.again: set[str] = set()  # what was given back by a process that ended before it came to it

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> bool:
        return True  # each process collects its own

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.reporter: Any = self.config.pluginmanager.getplugin("terminalreporter")
        self.reporter._show_progress_info = False  # it goes by the number of tests, which nobody knows yet
        self.files = deque(sorted(dict.fromkeys(files(self.config)), key=place))
        self.number_of_files = len(self.files)
        gc.collect()
        gc.freeze()
        workers = [Worker(n, self.config) for n in range(min(self.config.getoption("--processes"), len(self.files)))]
        try:
            while ends := {worker.end: worker for worker in workers if worker.is_on}:
                for end in wait(list(ends)):
                    self._hear(ends[end])
                if self.files and not any(worker.is_on for worker in workers) and workers[-1].asked:
                    workers.append(Worker(len(workers), self.config))  # for what was given back
                if session.shouldfail or session.shouldstop:
                    raise session.Interrupted(session.shouldfail or session.shouldstop)
        finally:
            for worker in workers:
                worker.stop()
        for left in self.files:
            self._lost(left)
        session.testscollected = self.tests
        return True

    def _hear(self, worker: Worker) -> None:
        try:
            kind, told = worker.end.recv()
        except (EOFError, OSError):
            worker.is_on = False
            for file in worker.files:
                if file == worker.begun or file in self.again:
                    self._lost(file)
                else:
                    self.again.add(file)
                    self.files.appendleft(file)
            return
        if kind == "next":
            worker.asked, file = True, self.files.popleft() if self.files else ""
            worker.files += [file] if file else []
            worker.end.send(file)
        elif kind == "begun":
            worker.begun = told
            del worker.files[: worker.files.index(told)]
            self.done += 1
        elif kind == "end":
            worker.files = []
        else:
            for name, values in told:
                getattr(self, f"_{name}")(values)

    def _lost(self, file: str) -> None:
        """A process ended before its work was done."""
        said = f"{file}: the process that ran its tests has ended"
        self.config.hook.pytest_collectreport(report=pytest.CollectReport(file, "failed", said, []))

    def _report(self, data: dict[str, Any]) -> None:
        report = self.config.hook.pytest_report_from_serializable(config=self.config, data=data)
        if isinstance(report, pytest.CollectReport):
            self.config.hook.pytest_collectreport(report=report)
            return
        self.tests += report.when == "call" or report.outcome != "passed"
        self.config.hook.pytest_runtest_logreport(report=report)
        writer = self.reporter._tw
        if self.reporter.verbosity <= 0 and writer.width_of_current_line >= min(writer.fullwidth, 80) - 8:
            writer.write(f" [{100 * self.done // self.number_of_files:3}%]\n")

    def _deselected(self, number: int) -> None:
        self.config.hook.pytest_deselected(items=[Deselected()] * number)

    def _warning(self, told: tuple[str, str, int, str, str]) -> None:
        said, file, line, when, nodeid = told
        message = warnings.WarningMessage(pytest.PytestWarning(said), pytest.PytestWarning, file, line)
        known = {"when": when, "nodeid": nodeid, "location": None}
        self.config.hook.pytest_warning_recorded.call_historic(kwargs={"warning_message": message, **known})


class Deselected:
    """A test that was not asked for, of which nothing more is known here."""


class Worker:
    """A process that runs the tests of files, as the leader sees it."""

    def __init__(self, number: int, config: pytest.Config) -> None:
        context = multiprocessing.get_context("fork" if CAN_FORK else "spawn")
        self.end, far_end = context.Pipe()
        _ends.append(self.end)
        self.is_on, self.asked, self.begun = True, False, ""
        self.files: list[str] = []  # the one whose tests it runs, and the next
        self._process = context.Process(target=work, args=(far_end, number, list(config.invocation_params.args)))
        self._process.start()
        far_end.close()

    def stop(self) -> None:
        """End it, if it goes on yet."""
        if self.is_on:
            self._process.terminate()
        self._process.join()
        self.end.close()


def files(config: pytest.Config) -> Iterator[str]:
    """The files that the arguments name, or that lie in a folder of theirs; what is named with :: stays as it is."""
    for argument in config.args:
        path = config.invocation_params.dir / argument
        for file in found_in(path, config) if "::" not in argument and path.is_dir() else [argument]:
            yield str(file)


def found_in(folder: Path, config: pytest.Config) -> Iterator[Path]:
    patterns = [*config.getini("python_files"), *(["*.ipynb"] if config.getoption("nbval", False) else [])]
    for path in sorted(folder.iterdir()):
        if path.name == "__pycache__" or config.hook.pytest_ignore_collect(collection_path=path, config=config):
            continue
        if path.is_dir():
            yield from found_in(path, config)
        elif any(fnmatch(path.name, pattern) for pattern in patterns):
            yield path


def place(file: str) -> int:
    """Where a file stands in the order."""
    name = Path(os.path.relpath(file.partition("::")[0], Path(__file__).parents[1])).as_posix()
    return next((n for n, start in enumerate(LONGEST) if name.startswith(start)), len(LONGEST))


# In each process


def work(leader: Connection, number: int, arguments: list[str]) -> None:
    """Run the tests of one file after the other, until there is none left."""
    for end in _ends:
        end.close()
    _ends.clear()
    atexit._clear()  # type: ignore[attr-defined]  # what the process has to do from which this one was forked
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = nowhere
        pytest.main(arguments, plugins=[Follower(leader, number)])
    leader.close()
    atexit._run_exitfuncs()  # type: ignore[attr-defined]


class Follower:
    """Takes files from the leader, runs their tests, and tells what came of them."""

    def __init__(self, leader: Connection, number: int) -> None:
        self.leader, self.number = leader, number
        self.told: list[tuple[str, Any]] = []
        self.last = monotonic()
        self.folders: dict[tuple[Path, pytest.Collector], Any] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: Any) -> None:
        early_config.workerinput = {"workerid": f"gw{self.number}"}  # by that name plugins know that they are not alone

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self.config.pluginmanager.unregister(name="terminalreporter")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> bool:
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items, before = self._items(session), ""
        file, item = next(items, ("", None))
        while item is not None:
            if file != before:
                self.leader.send(("begun", file))
            before, now = file, item
            file, item = next(
                items, ("", None)
            )  # known before `now` ends, so that what lasts longer than a file is kept
            self.config.hook.pytest_runtest_protocol(item=now, nextitem=item)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> Iterator[None]:
        folder = yield
        return self.folders.setdefault((path, parent), folder)  # the same one for all its files: it has the fixtures

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_finish(self, session: pytest.Session) -> Iterator[None]:
        waiting = getattr(session._fixturemanager, "_pending_conftests", {})  # fixtures of folders that are yet to come
        kept = dict(waiting)
        yield
        waiting.update(kept)

    def _items(self, session: pytest.Session) -> Iterator[tuple[str, pytest.Item]]:
        while file := self._next_file():
            before, found = session.items, list(session.perform_collect([file]))
            session.items = [*before, *found]  # a test of the file before may look there yet
            for item in found:
                yield file, item

    def _next_file(self) -> str:
        self._tell()
        self.leader.send(("next", None))
        return self.leader.recv()

    def _tell(self) -> None:
        if self.told:
            self.leader.send(("told", self.told))
        self.told, self.last = [], monotonic()

    def _note(self, name: str, values: Any) -> None:
        self.told.append((name, values))
        if monotonic() - self.last > OFTEN:
            self._tell()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note("report", self.config.hook.pytest_report_to_serializable(config=self.config, report=report))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self._note("report", self.config.hook.pytest_report_to_serializable(config=self.config, report=report))

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._note("deselected", len(items))

    def pytest_warning_recorded(self, warning_message: Any, when: str, nodeid: str) -> None:
        if when != "config":  # the leader has been told of that
            said = f"{warning_message.category.__name__}: {warning_message.message}"
            self._note("warning", (said, warning_message.filename, warning_message.lineno, when, nodeid))

    def pytest_sessionfinish(self) -> None:
        self._tell()
        self.leader.send(("end", None))
