"""One style in every file: ruff finds nothing wrong, and would write nothing otherwise. What a learner writes is free."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEARNERS = "work"
CHECK = ("check", "--output-format", "concise")
FORMAT = ("format", "--check")


def ruff(*command: str, of: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command of ruff for a file or a folder, with the settings of the project."""
    settings = ["--config", str(ROOT / "pyproject.toml"), "--config", f"extend-exclude = ['.venv*', '{LEARNERS}']"]
    command = [sys.executable, "-m", "ruff", *command, *settings, str(of)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)


@pytest.mark.parametrize("command", [CHECK, FORMAT], ids=["rules", "format"])
def test_every_file_is_written_in_one_style(command):
    done = ruff(*command)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    ("command", "text", "words"),
    [
        (CHECK, "import os\n", "F401"),
        (CHECK, "import sys\nimport os\n\nprint(os, sys)\n", "I001"),
        (CHECK, "def keep(turns=[]):\n    return turns\n", "B006"),
        (CHECK, f"WORDS = '{'word ' * 30}'\n", "E501"),
        (CHECK, "def keep(:\n", "invalid-syntax"),
        (FORMAT, "turns = [ 1,2 ]\n", "would be reformatted"),
        (FORMAT, "words = 'a dog'\n", "would be reformatted"),
    ],
)
def test_what_is_badly_written_is_found(tmp_path, command, text, words):
    file = tmp_path / "badly_written.py"
    file.write_text(text, encoding="utf-8")
    done = ruff(*command, of=file)
    assert done.returncode == 1
    assert words in done.stdout


def test_what_is_well_written_is_let_pass(tmp_path):
    file = tmp_path / "well_written.py"
    file.write_text('"""One idea."""\n\nTURNS = [1, 2]\n', encoding="utf-8")
    assert [ruff(*command, of=file).returncode for command in (CHECK, FORMAT)] == [0, 0]
