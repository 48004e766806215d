"""The desk in the notebook's own process, where no other one can be had, as in a browser: what `common.check` calls there."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.challenges import desk
from tests.challenges.engine import files, in_place
from tests.challenges.engine.results import Result
from tests.challenges.page import ME

COMMAND = re.compile(
    rf"(?:{re.escape(ME)}|workbook\.py) (check|hint|solution|reset lesson|reset|start|next)(?: (\d+))?( --give-up)?"
)


def at_the_desk(work: Path, arguments: Sequence[str]) -> None:
    """Run a command of the desk on the learner's files in the folder `work`, and print what it says, in a notebook's words."""
    if arguments[:2] == ["reset", "lesson"]:
        print(
            "Here a lesson is reset in the list of files: delete yours in lessons/, and the clean one is there again."
        )
        return
    desk.WORK, desk.HINTS_SHOWN = work, work / ".hints.json"
    progress, said = Progress(), Said()
    in_place.tell = progress.show
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
            desk.main(arguments)
    finally:
        in_place.tell = in_place.say_nothing
        progress.clear()
    print(in_words_of_a_notebook(said.getvalue()).rstrip())


class Said(io.StringIO):
    """What the desk says. It holds any sign."""

    encoding = "utf-8"


class Progress:
    """A line that says how far the check is, and goes again: a check takes some seconds in a browser."""

    def __init__(self) -> None:
        self._stream, self._width = sys.stdout, 0

    def show(self, result: Result) -> None:
        """Say it of the criteria that are judged."""
        done = sum(criterion.judged or bool(criterion.explained) for criterion in result.criteria)
        self._write(
            f"Checking work/{result.name}.py: {done} of {len(result.criteria)} criteria … (Kernel > Restart ends it.)"
        )

    def clear(self) -> None:
        """Take the line away."""
        if self._width:
            self._write("")
            self._write("")

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text:<{self._width}}")
        self._stream.flush()
        self._width = len(text)


def in_words_of_a_notebook(text: str) -> str:
    """What the desk says, with calls in place of commands: there is no terminal to type them in."""
    names = {int(name[:2]): name for name in files.names()}

    def call(found: re.Match[str]) -> str:
        command, number, give_up = found.groups()
        if command == "start":
            return f"lessons/{names.get(int(number or 0), '')}"
        if command == "next":
            return "check()"
        more = ", give_up=True" if give_up else ", lesson=True" if command == "reset lesson" else ""
        return f"{command.split()[0]}({number or ''}{more})"

    return COMMAND.sub(call, text)
