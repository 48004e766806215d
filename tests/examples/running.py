"""Examples as their users run them: from a terminal in any folder, with what is typed in their input."""

import io
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
CHAT = "02_chat_loop"
MEMORY = "07_chat_memory"
SAVING, KNOWING, ATTACKED = "08_save_and_resume", "09_facts_across_sessions", "10_untrusted_history"
TOOLS = "11_tools_and_reasoning"
OFFLINE_LINE = re.compile(r"Answers come from .*offline.*\n")
FULLNESS = re.compile(r"^\[[#.]{20}\] ([\d,]+) of ([\d,]+) tokens$", re.M)


class Done(NamedTuple):
    """What a program has done."""

    returncode: int
    stdout: str
    stderr: str


def environment(**more: str) -> dict[str, str]:
    """The environment of a terminal that shows UTF-8, offline unless `more` says otherwise."""
    mine = {"WORKBOOK_OFFLINE": "1", "PYTHONIOENCODING": "utf-8", "NO_PROXY": "127.0.0.1"}
    return os.environ | mine | more


class Stream(io.TextIOWrapper):
    """A stream that keeps what is written as it was too, before it is encoded."""

    def __init__(self, buffer: io.BytesIO, encoding: str, errors: str) -> None:
        super().__init__(buffer, encoding, errors)
        self.written: list[str] = []

    def write(self, text: str) -> int:
        self.written.append(text)
        return super().write(text)


def run(example: str, folder: Path, *arguments: str, typed: str | bytes = "", **more: str) -> Done:
    """Run an example in a folder, with what is typed already in its input; a character that does not decode shows.

    It runs in this process, with streams like those of a program: importing openai again would take longer than all else.
    """
    return run_noted(example, folder, *arguments, typed=typed, **more)[0]


def run_noted(
    example: str, folder: Path, *arguments: str, typed: str | bytes = "", **more: str
) -> tuple[Done, dict[str, str]]:
    """The same, and beside what its terminal shows, what it wrote to stdout and stderr."""
    encoding, _, errors = environment(**more)["PYTHONIOENCODING"].partition(":")
    given = io.BytesIO(typed.encode() if isinstance(typed, str) else typed)
    streams = [Stream(stream, encoding, errors or "strict") for stream in (given, io.BytesIO(), io.BytesIO())]
    streams[2].reconfigure(errors="backslashreplace")
    script = ROOT / "examples" / f"{example}.py"
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        for name, value in environment(**more).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", [str(script), *arguments])
        patch.setattr(sys, "path", [str(script.parent), *sys.path])
        patch.delitem(sys.modules, "common", raising=False)  # it reads the environment when it is imported
        patch.chdir(folder)
        code = exit_code_of(script)
    done = Done(code, *(shown(stream) for stream in streams[1:]))
    return done, {"stdout": "".join(streams[1].written), "stderr": "".join(streams[2].written)}


def exit_code_of(script: Path) -> int:
    """Run a script in this process; what it raises by mistake goes on to the test."""
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):  # as Python does it
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    return 0


def shown(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8", "backslashreplace").replace("\r\n", "\n")


def run_alone(example: str, folder: Path, *arguments: str, typed: str = "", **more: str) -> Done:
    """Run an example as `run` does, but really in a process of its own."""
    command = [sys.executable, str(ROOT / "examples" / f"{example}.py"), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(**more), input=typed.encode(), capture_output=True, timeout=60
    )
    out, err = (text.decode("utf-8", "backslashreplace").replace("\r\n", "\n") for text in (done.stdout, done.stderr))
    return Done(done.returncode, out, err)


def replies(output: str) -> list[str]:
    """What the model said, in order."""
    return re.findall(r"Model: (.*)", output)


def load(example: str) -> ModuleType:
    """Import an example without running it."""
    path, module = ROOT / "examples" / f"{example}.py", ModuleType(f"example_{example}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), vars(module))
    return module


def results_of_attacks(output: str) -> list[str]:
    """The results in a table of attacks, one for each."""
    return re.findall(r"^[a-z][a-z0-9 ]{3,25} +(stopped|worked|not tried) ", output, re.M)


def assert_clean(done: Done) -> None:
    """It ended well, and its only words on stderr say which model answered."""
    assert done.returncode == 0, done.stderr
    assert OFFLINE_LINE.fullmatch(done.stderr), done.stderr
