"""Checks of a learner's files: each in a process of its own where there are processes, in this one where there are none."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .results import Result, is_starter, not_started
from .where_it_runs import has_processes


class Checker(Protocol):
    """A check of one file that can be made ready before it is needed."""

    def go(self) -> None:
        """Check now."""

    def result(self) -> Result:
        """What came of it."""

    def stop(self) -> None:
        """End it, whatever it is doing."""


def made_ready(name: str, work: Path, *options: str) -> Checker:
    """A check of the file of this challenge in the folder `work`, with more options of the checker."""
    if has_processes():
        from .own_process import Checker
    else:
        from .in_place import Checker
    return Checker(name, work, *options)


def check(names: Sequence[str], work: Path, *options: str) -> list[Result]:
    """Check the files of these challenges in the folder `work`; in processes, a few at a time."""
    at_once = (os.cpu_count() or 2) if has_processes() else 1
    results = {name: not_started(name) for name in names if is_starter(work / f"{name}.py")}
    waiting, running = [name for name in names if name not in results], []
    while waiting or running:
        while waiting and len(running) < at_once:
            name = waiting.pop(0)
            running.append((name, made_ready(name, work, *options)))
            running[-1][1].go()
        name, checker = running.pop(0)
        try:
            results[name] = checker.result()
        except BaseException:
            for _, other in [(name, checker), *running]:
                other.stop()
            raise
    return [results[name] for name in names]
