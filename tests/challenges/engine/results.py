"""What became of a learner's file: each criterion, and whether the challenge is solved."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import files

ME = "py workbook.py" if os.name == "nt" else "python3 workbook.py"  # how a reader calls a command
WIDTH = 78  # characters in a line of what is said
SOLVED, NOT_YET, NOT_STARTED = "solved", "not yet", "not started"
BROKEN = (  # what is said where nothing else is known
    "The code ended the whole program, or broke it.",
    "What in it could do that? Take out os._exit(), threads and the like; leave half of it out and try again.",
)


@dataclass
class Criterion:
    """One line of a checker's result."""

    test: str
    text: str
    met: bool = False
    started: bool = True  # there is code to judge
    judged: bool = False  # it is known whether it is met
    here: bool = True  # it can be judged where this runs
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
        if self.met and not self.first_unmet:
            return SOLVED
        return NOT_YET if any(criterion.started for criterion in self.criteria) else NOT_STARTED

    @property
    def met(self) -> int:
        return sum(criterion.met for criterion in self.criteria)

    @property
    def not_here(self) -> int:
        """How many criteria cannot be judged where this runs."""
        return sum(not criterion.here for criterion in self.criteria)

    @property
    def first_unmet(self) -> Criterion | None:
        """What to look at next: what was begun before what was not."""
        unmet = [criterion for criterion in self.criteria if not criterion.met and criterion.here]
        return next((criterion for criterion in unmet if criterion.started), unmet[0] if unmet else None)

    def say_of_the_others(self, problem: str, hint: str) -> None:
        """Say why the criteria were not judged that the checker has not come to."""
        if not self.criteria:
            self.criteria.append(Criterion("test", "The code runs"))
        for criterion in self.criteria:
            if not criterion.judged and criterion.started and not criterion.explained:
                criterion.problem, criterion.hints = problem, [hint]
                criterion.explained = f"    {problem}\n\n    Hint: {hint}"


@cache
def criteria_of(name: str) -> dict[str, str]:
    """The tests of a checker and what each says, from its source: nothing has to be run, and -OO takes no words away."""
    source = files.checker(name).read_text(encoding="utf-8")
    tests = [node for node in ast.parse(source).body if getattr(node, "name", "").startswith("test_")]
    return {test.name: (ast.get_docstring(test) or test.name).splitlines()[0] for test in tests}


def not_started(name: str) -> Result:
    """What a checker says of its starter."""
    criteria = [Criterion(test, text, started=False) for test, text in criteria_of(name).items()]
    return Result(int(name[:2]), name, criteria)


def is_starter(path: Path) -> bool:
    """Whether a file is the starter of its challenge still."""
    return path.is_file() and path.read_bytes() == files.starter(path.stem).read_bytes()
