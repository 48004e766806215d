"""The environments that the workbook makes for itself, with uv or with pip, and brings up to date by themselves."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import shared_environment
from .installer_failures import explain
from .installer_progress import expected, how_far, installed
from .processes import ROOT, WINDOWS, run_with_progress, say, stop, wait_for
from .set_up_lock import one_at_a_time

THIS = sys.version_info[:2]
# Without its pyvenv.cfg (deleted half-way, say) .venv's Python is the system's own, where nothing may be installed.
IS_AN_ENVIRONMENT = "import sys; sys.exit(sys.prefix == sys.base_prefix)"
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
    size: str = ""  # what has to be downloaded, and how long all takes, in words
    shared: bool = False  # by many folders of the workbook: nothing is ever changed in it once it is made

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
            if self.shared:
                shared_environment.leave_unless_new(self)
                self.folder.parent.mkdir(parents=True, exist_ok=True)
            with one_at_a_time(self.folder.with_name(f"{self.folder.name}.lock") if self.shared else None):
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
        return not self.missing() and self.runs()

    def missing(self) -> list[str]:
        """Those of its files that its stamp does not say to be installed as they are now, and all after the first of them."""
        found, head = self.found_stamp(), self.head()
        held = found[len(head) :] if found[: len(head)] == head else []
        old = [number for number, line in enumerate(self.lines()) if line not in held]
        return list(self.requirements[old[0] :]) if old else []

    def lines(self) -> list[str]:
        """A line of its stamp for each of its files, with what that says."""
        return [f"{name} {self.digest(name)}" for name in self.requirements]

    def runs(self) -> bool:
        """Whether its Python is one of an environment and runs; a shared one may be of another version than this one."""
        return self.can("-c", IS_AN_ENVIRONMENT if self.shared else IS_OURS)

    def head(self) -> list[str]:
        """What its stamp begins with: the Python and the place that it is made for, because environments cannot be moved."""
        return ["shared"] if self.shared else [f"Python {THIS}", ascii(str(ROOT))]

    def digest(self, name: str) -> str:
        """What changes with a file of requirements, and with those on which it rests."""
        digest = hashlib.sha256()
        project = ["pyproject.toml"] if name == "requirements.txt" and not self.shared else []
        for other in (name, name.replace("requirements", "constraints"), *project):
            path = ROOT / other
            digest.update(other.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
        return digest.hexdigest()

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
        """Make or mend it and install the packages that are not yet there, with uv where there is one, else with pip."""
        uv, todo = shutil.which("uv"), self.missing()
        self.announce()
        # A sound environment of this Python and place is brought up to date; any other is replaced, so no half stays.
        sound = self.found_stamp()[: len(self.head())] in ([], self.head()) and self.runs()
        if not sound or not (uv or self.can("-m", "pip", "--version")):
            self.remove()
            todo = list(self.requirements)
            # --seed adds pip, for a learner who wants to install something else
            tool = [uv, "venv", "--seed", "--python", BASE_PYTHON] if uv else [BASE_PYTHON, "-m", "venv"]
            try:
                self.step(f"1/{len(todo) + 1} making the environment", [*tool, str(self.folder)])
            finally:  # also what is half made is known to be ours
                self.mark_unfinished()
        self.mark_unfinished()
        for number, name in enumerate(todo, start=2):
            title = f"{number}/{len(todo) + 1} installing the packages with {'uv' if uv else 'pip'}"
            self.step(title, self.installer(uv, name), name)
        self.stamp.write_text("\n".join([*self.head(), *self.lines()]), encoding="utf-8")

    def mark_unfinished(self) -> None:
        if self.folder.is_dir():
            self.stamp.write_text("unfinished", encoding="utf-8")

    def announce(self) -> None:
        """Say what is made where, how long it takes, and that it can be stopped."""
        place = self.folder.relative_to(ROOT).as_posix() if self.folder.is_relative_to(ROOT) else self.folder
        say(f"Setting up {place}, once{self.size and ': ' + self.size}.")
        say("(Ctrl-C stops it; the same command goes on, with what was downloaded by then.)")

    def installer(self, uv: str | None, name: str) -> list[str]:
        """The command that installs the packages of a file."""
        pip = [str(self.python), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
        tool = [uv, "pip", "install", "--python", str(self.python)] if uv else pip
        # Python compiles what is used at its first use. Where nothing may be written then, all is compiled now.
        bytecode = "--compile" if self.shared else "--no-compile"
        return [*tool, bytecode, *(["--no-deps"] if name in self.alone else []), "-r", name]

    def remove(self) -> None:
        """Take away what stands in its place."""
        if self.folder.is_symlink() or self.folder.is_file():
            self.folder.unlink()
        elif self.folder.exists():
            # first this one, so that IS_OURS refuses what an interrupted removal leaves
            (self.folder / "pyvenv.cfg").unlink(missing_ok=True)
            shutil.rmtree(self.folder)

    def step(self, title: str, command: list[str], name: str = "") -> None:
        """Run an installer of the packages of a file, and leave with a clear sentence if it fails."""
        pins = ROOT / name.replace("requirements", "constraints")
        about = expected(pins.read_text(encoding="utf-8")) if name and pins.is_file() else 0
        before = installed(self.folder)
        told = {"how_far": lambda lines: how_far(lines, about, installed(self.folder) - before)} if name else {}
        code, lines = run_with_progress(title, command, self.variables(), **told)
        if code:
            sys.exit(explain(lines, self.folder))


SIZE = "about 70 MB to download, one to two minutes"
SHARED = os.environ.get("WORKBOOK_ENVIRONMENT", "").strip()
OWN = Environment(
    Path(SHARED).expanduser().absolute() if SHARED else ROOT / ".venv",
    ("requirements.txt",),
    size=SIZE,
    shared=bool(SHARED),
)
# The tests add to it what only they need.
TESTS = Environment(ROOT / ".venv", ("requirements.txt", "tests/requirements.txt"))
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
