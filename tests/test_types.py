"""Types hold: mypy reads `chat_memory`, `common`, a program that uses them rightly, and one whose mistakes it must find."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("chat_memory", "common.py", "set_up")
RIGHT = "tests/chat_memory/typed_use.py"
WRONG = "tests/chat_memory/typed_mistakes.py"
FOUND = re.compile(r"(?P<path>[^:]+):(?P<line>\d+): error: (?P<words>.*)")


class Error(NamedTuple):
    """A mistake that mypy has found."""

    path: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words}"


@pytest.fixture(scope="module")
def errors() -> list[Error]:
    """What mypy finds in all of them: in one run, which takes some seconds where it has read nothing before."""
    command = [sys.executable, "-m", "mypy", "--no-pretty", "--no-error-summary", *OURS, RIGHT, WRONG]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 1, f"{done.stdout}{done.stderr}"  # 0: nothing found; 2: it could not read them
    return errors_in(done.stdout)


def errors_in(said: str) -> list[Error]:
    """What mypy has said, without its notes."""
    found = (error for line in said.splitlines() if (error := FOUND.fullmatch(line)))
    return [Error(error["path"].replace("\\", "/"), int(error["line"]), error["words"]) for error in found]


def test_the_library_and_common_are_typed_throughout(errors):
    assert "\n".join(str(error) for error in errors if error.path not in (RIGHT, WRONG)) == ""


def test_a_program_as_users_write_it_is_accepted(errors):
    assert "\n".join(str(error) for error in errors if error.path == RIGHT) == ""


def test_each_mistake_is_found_and_nothing_else(errors):
    lines = (ROOT / WRONG).read_text(encoding="utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, start=1) if "# refused" in line]
    assert len(marked) > 15
    assert sorted({error.line for error in errors if error.path == WRONG}) == marked


def test_errors_are_read_as_mypy_writes_them():
    said = """
common.py:90: error: Returning Any from function declared to return "float"  [no-any-return]
common.py:90: note: it goes on: and on
chat_memory\\store\\hooks.py:16: error: Need type annotation for "called"  [var-annotated]
"""
    assert errors_in(said) == [
        Error("common.py", 90, 'Returning Any from function declared to return "float"  [no-any-return]'),
        Error("chat_memory/store/hooks.py", 16, 'Need type annotation for "called"  [var-annotated]'),
    ]


def test_mypy_reads_the_same_files_strictly_when_it_is_called_by_hand():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert (settings["strict"], tuple(settings["files"])) == (True, OURS)
    assert not any(module.startswith(("chat_memory", "common")) for module in relaxed(settings["overrides"]))


def relaxed(overrides: list[dict]) -> list[str]:
    """The modules for which something else holds than for all."""
    modules = (override["module"] for override in overrides)
    return [name for module in modules for name in ([module] if isinstance(module, str) else module)]


def test_the_library_says_that_it_is_typed_wherever_it_is_installed_or_copied():
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]
    assert "py.typed" in packaged["chat_memory"]
    assert (ROOT / "chat_memory" / "py.typed").is_file()
