"""A small workbook in a temporary folder, with a copy of workbook.py and set_up/, and what its commands do there.

Nothing is downloaded. A stand-in for uv makes an environment and puts stand-ins for pytest and JupyterLab into it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE, COPIES = ROOT / "workbook.py", ROOT / "tests" / "challenges" / "lesson_copies.py"
STAND_INS = Path(__file__).with_name("stand_ins")
WINDOWS = os.name == "nt"
needs_signals = pytest.mark.skipif(WINDOWS, reason="a test cannot send Ctrl-C to a single process on Windows")
# As uv says it; other words of other installers are in test_failures.
NO_NETWORK = (
    "error: Request failed after 3 retries\n  cause: error sending request for url\n"
    "  cause: client error (Connect)\n  cause: dns error"
)

LESSON = json.dumps(
    {"cells": [{"cell_type": "code", "metadata": {}, "source": "12", "outputs": [], "execution_count": 1}]}
)


class Project:
    """A small workbook in a folder with a space and a letter outside ASCII, and the programs on its PATH."""

    def __init__(self, folder: Path) -> None:
        self.root, self.programs = folder / "my wörkbook", folder / "programs"
        self.venv = self.root / ".venv"
        self.python = self.venv / ("Scripts/python.exe" if WINDOWS else "bin/python")
        for name, text in {
            "requirements.txt": "pytest\njupyterlab\n",
            "pyproject.toml": "",
            "constraints.txt": "",
            "tests/requirements.txt": "pytest-xdist\n",
            "lessons/01_stateless_calls.ipynb": LESSON,
            "lessons/02_chat_loop.ipynb": LESSON,
            "tests/challenges/lesson_copies.py": COPIES.read_text(encoding="utf-8"),
            "tests/benchmarks/bench_speed.py": "print('twice as fast')",
            "tests/benchmarks/requirements.txt": "another-library\n",
            "tests/benchmarks/meaning/requirements.txt": "weights\n",
        }.items():
            self.write(name, text)
        shutil.copy(SOURCE, self.root)
        shutil.copytree(ROOT / "set_up", self.root / "set_up", ignore=shutil.ignore_patterns("__pycache__"))
        self.programs.mkdir()
        self.add_program("uv", (STAND_INS / "uv.py").read_text(encoding="utf-8"))
        for name in ("pytest", "jupyterlab"):
            package = self.programs / "packages" / name
            package.mkdir(parents=True)
            shutil.copy(STAND_INS / f"{name}.py", package / "__main__.py")

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def add_program(self, name: str, code: str) -> Path:
        """Put a program on the PATH that is written in Python, and return its path."""
        (self.programs / f"{name}.py").write_text(code, encoding="utf-8")
        if WINDOWS:
            program, text = self.programs / f"{name}.cmd", f'@"{sys.executable}" "%~dp0{name}.py" %*\n'
        else:
            program, text = self.programs / name, f'#!/bin/sh\nexec "{sys.executable}" "$0.py" "$@"\n'
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
        return program

    def command(self, *arguments: str, before: str = "pass") -> list[str]:
        """The command line, with a line of Python to run before workbook.py itself."""
        path = str(self.root / "workbook.py")
        code = f"import runpy, signal, sys; {before}; sys.argv = {[path, *arguments]!a}; "
        return [sys.executable, "-c", code + f"runpy.run_path({path!a}, run_name='__main__')"]

    def environment(self, **more: str) -> dict[str, str]:
        ours = ("PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "WORKBOOK_ENVIRONMENT", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**kept, "PATH": str(self.programs), "PYTHONUTF8": "1", "PIP_CONFIG_FILE": os.devnull, **more}

    def run(self, *arguments: str, before: str = "pass", **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*arguments, before=before),
            env=self.environment(**more),
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )

    def begin(self, *arguments: str, **more: str) -> subprocess.Popen:
        """Start it without waiting for its end, in a group of its own, with Ctrl-C as in a terminal."""
        before = "signal.signal(signal.SIGINT, signal.default_int_handler)"
        return subprocess.Popen(
            self.command(*arguments, before=before),
            env=self.environment(**more),
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=not WINDOWS,
        )

    def calls(self) -> list[str]:
        """What uv was asked for: "venv" or "pip", in order."""
        path = self.programs / "calls.txt"
        return [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def assert_one_sentence(finished: subprocess.CompletedProcess, *words: str) -> None:
    """It failed with one sentence that holds these words, and perhaps the place of the log; never with a traceback."""
    assert "Traceback" not in finished.stdout + finished.stderr
    told = [line for line in finished.stderr.splitlines() if not line.startswith("(The whole log: ")]
    assert len(told) == 1, finished.stderr
    assert told[0].endswith("."), told[0]
    for word in words:
        assert word in told[0]
    assert finished.returncode == 1


def assert_good(finished: subprocess.CompletedProcess) -> dict:
    """`test` worked, inside the project's own environment; return what the stand-in for pytest saw."""
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stderr == ""
    return json.loads(finished.stdout.splitlines()[-1])
