"""Where it happens: folders in which nobody has been before, and two other programs with the learner's code."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from ..engine.disk_in_memory import disk_in_memory
from ..engine.learner_code import Work
from ..engine.other_programs import Files, Program, on_a_disk_of_its_own, put

NAME = "ana.chat"


@dataclass
class Room:
    """Folders in which nobody has been before, and two other programs with the learner's code."""

    challenge: Work
    folder: Path
    programs: list[Program]
    numbers: Iterator[int] = field(default_factory=count)

    def new(self, files: Files | None = None) -> Path:
        """The path of a conversation in a new folder, which holds these files."""
        return put(files or {}, self.folder / f"folder {next(self.numbers)}") / NAME


@contextmanager
def a_room(challenge: Work) -> Iterator[Room]:
    """A room, on a disk in memory where there is one. A file that is opened without its folder lands elsewhere."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory(dir=disk_in_memory(), ignore_cleanup_errors=True) as name:
        folder, elsewhere = Path(name).resolve() / "disk", Path(name).resolve() / "elsewhere"
        folder.mkdir()
        elsewhere.mkdir()
        os.chdir(elsewhere)
        programs = [Program(challenge.path), Program(challenge.path)]
        try:
            with on_a_disk_of_its_own(folder):
                yield Room(challenge, folder, programs)
        finally:
            for program in programs:
                program.end()
            os.chdir(here)
