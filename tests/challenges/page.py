"""What the desk shows: a challenge with its criteria, all challenges, a line each, and what to do next."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import lesson_copies
from .engine import files
from .engine.results import ME, NOT_STARTED, NOT_YET, SOLVED, WIDTH, Result

__all__ = ["ME", "Page", "titled", "what_next"]

GREEN, RED, FAINT = "32", "31", "2"


class Page:
    """Where it is shown: colour and signs as the terminal has them."""

    def __init__(self) -> None:
        self.colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        try:
            "✓✗·█░".encode(sys.stdout.encoding or "ascii")
            self.signs = {"yes": "✓", "no": "✗", "open": "·", "full": "█", "empty": "░"}
        except UnicodeEncodeError:
            self.signs = {"yes": "+", "no": "x", "open": "-", "full": "#", "empty": "."}

    def paint(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self.colour else text

    def show(self, result: Result) -> None:
        """One challenge: its criteria, and the first unmet one explained."""
        title, count = titled(result.name), f"{result.met} of {len(result.criteria)}"
        print(f"{title}{count:>{WIDTH - len(title)}}")
        for criterion in result.criteria:
            met = criterion.met and criterion.judged
            kind, colour = ("yes", GREEN) if met else ("no", RED) if criterion.judged else ("open", FAINT)
            print(self.paint(f"  {self.signs[kind]} {criterion.text}", colour))
        print()
        if result.outcome == NOT_STARTED:
            print(f"    Not started: write your code into work/{result.name}.py, and save it.")
            print(self.paint(f"    (Where to begin: {ME} hint {result.number})", FAINT))
        elif result.outcome == SOLVED and result.not_here:
            few = f"{result.not_here} of {len(result.criteria)} criteria"
            print(f"    Solved, as far as it can be judged here. For {few} a second program is needed,")
            print("    and in a browser there is none: where the workbook is installed, check judges them too.")
        elif result.outcome == SOLVED:
            another = f" (Another way to write it: {ME} solution {result.number})"  # not in an edition for a class
            print(f"    Solved.{another if files.reference(result.name).is_file() else ''}")
        else:
            print(result.first_unmet.explained)
            if len(result.first_unmet.hints) > 1:
                print(self.paint(f"    (next hint: {ME} hint {result.number})", FAINT))

    def show_all(self, results: Sequence[Result]) -> None:
        """All challenges, a line each."""
        solved = sum(result.outcome == SOLVED for result in results)
        bar = self.signs["full"] * (4 * solved) + self.signs["empty"] * (4 * (len(results) - solved))
        print(f"{bar}  {solved} of {len(results)} solved\n")
        for result in results:
            colour = {SOLVED: GREEN, NOT_YET: RED, NOT_STARTED: FAINT}[result.outcome]
            count = f"  {result.met} of {len(result.criteria)}" if result.outcome == NOT_YET else ""
            print(f"  {titled(result.name):<28}{self.paint(result.outcome + count, colour)}")


def titled(name: str) -> str:
    """A name as a title: "05_token_budget" is "05 Token budget"."""
    number, words = name.split("_", 1)
    return f"{number} {words.replace('_', ' ').capitalize()}"


def what_next(results: Sequence[Result], copies: Path) -> str:
    """The challenge to go on with. `copies` is the folder of the learner's copies of the lessons."""
    for result in results:
        if result.outcome == NOT_YET:
            return f"Go on with {titled(result.name)}: {ME} check {result.number}"
        if result.outcome == NOT_STARTED:
            return where_to_begin(result.name, result.number, copies)
    return "All solved. Well done."


def where_to_begin(name: str, number: int, copies: Path) -> str:
    """What to do about a challenge that is not started: it depends on how far the copy of its lesson has been run."""
    lesson = lesson_copies.lessons().get(number)
    run, cells = lesson_copies.cells_run(lesson, copies) if lesson else (0, 0)
    start, write = f"{ME} start {number}", f"write into work/{name}.py,"
    if not run:
        return f"Next: {titled(name)}. Read its lesson ({start}), {write}\nthen: {ME} check {number}"
    if run < cells:
        so_far = f"{run} of {cells} cells are run"
        return f"Go on with lesson {titled(name)} ({so_far}): {start}\nThen {write} and: {ME} check {number}"
    return (
        f"Next: the challenge of lesson {titled(name)}, which you have run: {write}\nthen: {ME} check {number}\n"
        f"(Where to begin: {ME} hint {number}. The lesson once more: {start})"
    )
