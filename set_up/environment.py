"""The environments that the workbook makes for itself, with uv or with pip, and brings up to date by themselves."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .installer_failures import explain
from .processes import ROOT, WINDOWS, run_with_progress, say, stop, wait_for
from .set_up_lock import one_at_a_time

THIS = sys.version_info[:2]
# Without its pyvenv.cfg (deleted half-way, say) .venv's Python is the system's own, where nothing may be installed.
IS_OURS = f"import sys; sys.exit(sys.prefix == sys.base_prefix or sys.version_info[:2] != {THIS})"
# Started from inside an environment, take the Python that it was made from: .venv's own may be about to be replaced.
BASE_PYTHON = sys.executable if sys.prefix == sys.base_prefix else getattr(sys, "_base_executable", sys.executable)
# What would lead a child to another Python's packages; without asserts no test can fail.
MISLEADING = {"PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "__PYVENV_LAUNCHER__"}
MISLEADING |= {"PYTHONOPTIMIZE", "PIP_TARGET", "PIP_PREFIX", "UV_SYSTEM_PYTHON"}


@dataclass(frozen=True)
class Environment:
    """A folder with a Python of its own, and the files that say what is installed into it, in this order."""

    folder: Path
    requirements: tuple[str, ...]
    alone: tuple[str, ...] = ()  # those of the files whose packages come without what these need in turn

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if WINDOWS else "bin/python")

    @property
    def stamp(self) -> Path:
        return self.folder / "workbook.stamp"

    def set_up(self) -> None:
        """Make it ready; do nothing when its stamp says that it was made for these files, this place and this Python."""
        for name in self.requirements:
            if not (ROOT / name).is_file():
                sys.exit(f"{name} is missing in the folder of workbook.py: download the whole workbook again.")
        if self.is_ready():
            return
        try:
            with one_at_a_time():
                if not self.is_ready():  # the set-up that this one waited for may have made it
                    self.make()
        except OSError as error:
            sys.exit(explain([str(error)], self.folder))

    def run(self, *arguments: object, **more: str) -> int:
        """Run its Python on this terminal, in the project's folder, with `more` in its environment; return the exit code."""
        command = [str(self.python), *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, env=self.working_variables(**more))
        try:
            return wait_for(process)
        finally:
            stop(process, patience=5)

    def variables(self, **more: str) -> dict[str, str]:
        """What activating it would set, without what would mislead a child."""
        found = {name: value for name, value in os.environ.items() if name not in MISLEADING}
        found["PATH"] = str(self.python.parent) + os.pathsep + os.environ.get("PATH", "")
        ours = {"PYTHONUTF8": "1", "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        return found | {"VIRTUAL_ENV": str(self.folder)} | ours | more

    def working_variables(self, **more: str) -> dict[str, str]:
        """Those in which the workbook's own code runs: this folder's, whatever copy of it is installed."""
        return self.variables(PYTHONPATH=str(ROOT), **more)

    def is_ready(self) -> bool:
        """Whether it is complete, up to date, and runs."""
        return self.found_stamp() == self.wanted_stamp() and self.can("-c", IS_OURS)

    def wanted_stamp(self) -> list[str]:
        """What it has to be made for: the Python, the place (environments cannot be moved), the files."""
        digest = hashlib.sha256()
        constraints = [name.replace("requirements", "constraints") for name in self.requirements]
        for name in (*self.requirements, *constraints, "pyproject.toml"):
            path = ROOT / name
            digest.update(name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
        return [f"Python {THIS}", ascii(str(ROOT)), digest.hexdigest()]

    def found_stamp(self) -> list[str]:
        """The lines of its stamp: none in an environment that somebody else made."""
        try:
            return self.stamp.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return []

    def can(self, *arguments: str) -> bool:
        """Whether its Python is there and can do this."""
        command, off = [str(self.python), *arguments], subprocess.DEVNULL
        try:
            done = subprocess.run(command, env=self.variables(), timeout=60, stdin=off, stdout=off, stderr=off)
            return done.returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def make(self) -> None:
        """Make or mend it and install the packages, with uv where there is one, else with pip."""
        uv, wanted = shutil.which("uv"), self.wanted_stamp()
        duration = "some seconds" if uv else "a minute or two"
        say(
            f"Setting up the workbook's environment in {self.folder.relative_to(ROOT).as_posix()}: once, for {duration}."
        )
        # A sound environment of this Python and place is brought up to date; any other is replaced, so no half stays.
        sound = self.found_stamp()[:2] in ([], wanted[:2]) and self.can("-c", IS_OURS)
        if not sound or not (uv or self.can("-m", "pip", "--version")):
            self.remove()
            # --seed adds pip, for a learner who wants to install something else
            tool = [uv, "venv", "--seed", "--python", BASE_PYTHON] if uv else [BASE_PYTHON, "-m", "venv"]
            self.step(1, "making the environment", [*tool, str(self.folder)])
        self.stamp.write_text("unfinished", encoding="utf-8")
        pip = [str(self.python), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
        tool = [uv, "pip", "install", "--python", str(self.python)] if uv else pip
        for number, name in enumerate(self.requirements, start=2):
            self.step(
                number,
                f"installing the packages with {'uv' if uv else 'pip'}",
                [*tool, *(["--no-deps"] if name in self.alone else []), "-r", name],
            )
        self.stamp.write_text("\n".join(wanted), encoding="utf-8")

    def remove(self) -> None:
        """Take away what stands in its place."""
        if self.folder.is_symlink() or self.folder.is_file():
            self.folder.unlink()
        elif self.folder.exists():
            # first this one, so that IS_OURS refuses what an interrupted removal leaves
            (self.folder / "pyvenv.cfg").unlink(missing_ok=True)
            shutil.rmtree(self.folder)

    def step(self, number: int, title: str, command: list[str]) -> None:
        """Run an installer, and leave with a clear sentence if it fails."""
        title = f"{number}/{1 + len(self.requirements)} {title}"
        code, lines = run_with_progress(title, command, self.variables())
        if code:
            sys.exit(explain(lines, self.folder))


OWN = Environment(ROOT / ".venv", ("requirements.txt",))
# The benchmarks have one of their own: .venv keeps the versions that the lessons need.
WEIGHTS = "tests/benchmarks/meaning/requirements.txt"
BENCH = Environment(
    ROOT / ".venv-bench", ("requirements.txt", "tests/benchmarks/requirements.txt", WEIGHTS), alone=(WEIGHTS,)
)
# A small model, whose packages need not suit those of the lessons. Of their own requirements none is wanted.
LOCAL_MODEL = "tests/contract/local/requirements.txt"
LOCAL = Environment(ROOT / ".venv-local", (LOCAL_MODEL,), alone=(LOCAL_MODEL,))
# What builds the site, and the browser and the Python of a browser in which it is tried.
SITE = Environment(ROOT / ".venv-site", ("requirements.txt", "website/requirements.txt"))
