"""A checker in this process: what became of each criterion, as pytest comes to it; and then all is as it was before."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import files
from .as_it_was import as_it_was
from .results import BROKEN, Criterion, Result, criteria_of


class Collector:
    """A plugin of pytest that keeps what became of each criterion, file by file."""

    def __init__(self) -> None:
        self.results: dict[tuple[str, str], Result] = {}

    def pytest_collection_finish(self, session: Any) -> None:
        for item in session.items:
            module, test, _ = _names(item.nodeid)
            self._result(item.nodeid).criteria.append(Criterion(test, criteria_of(module)[test]))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when != "call" and report.outcome == "passed":
            return
        test = _names(report.nodeid)[1]
        criterion = next(one for one in self._result(report.nodeid).criteria if one.test == test)
        criterion.met = report.outcome == "passed"
        criterion.started, criterion.judged = getattr(report, "started", True), getattr(report, "judged", True)
        criterion.here = getattr(report, "here", True)
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
    return Path(nodeid.split("::")[0]).parent.name, test, file


def run_here(names: Sequence[str], collector: Collector, *options: str) -> list[Result]:
    """Run the checkers with these names in this process, with more options of pytest."""
    import pytest

    arguments = [str(files.checker(name)) for name in names]
    for plugin in ("no:cacheprovider", "no:faulthandler", "no:unraisableexception", "_hypothesis_pytestplugin"):
        arguments += ["-p", plugin]
    arguments += [
        "--disable-plugin-autoload",
        "-o",
        "addopts=",
        "-o",
        "consider_namespace_packages=true",  # in a browser no pyproject.toml says so
        "-q",
        "--tb=line",  # a failure is told in words of our own
        f"--rootdir={files.ROOT}",
        f"--confcutdir={files.ROOT}",
        *options,
    ]
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
        code = pytest.main(arguments, plugins=[collector])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code not in (0, 1):
        raise RuntimeError(f"The checker could not run:\n{said.getvalue()[-3000:]}")
    return list(collector.results.values())


def say_nothing(result: Result) -> None:
    """Nobody waits to see how far it is."""


tell: Callable[[Result], None] = say_nothing  # called as the criteria of a file are judged, one by one


class Telling(Collector):
    """A collector that says how far it is."""

    def note(self, criterion: Criterion) -> None:
        for result in self.results.values():
            tell(result)


class Checker:
    """A checker that checks in this process when its result is asked for."""

    def __init__(self, name: str, work: Path, *options: str) -> None:
        self._name, self._work, self._options = name, work, options

    def go(self) -> None:
        """There is nobody to tell."""

    def result(self) -> Result:
        """Check, and leave nothing behind. Raises RuntimeError where the checker itself cannot run."""
        collector = Telling()
        with as_it_was(self._work):
            run_here([self._name], collector, f"--work-folder={self._work}", "--capture=sys", *self._options)
        result = next(iter(collector.results.values()), Result(int(self._name[:2]), self._name))
        result.say_of_the_others(*BROKEN)
        return result

    def stop(self) -> None:
        """There is nothing to end."""
