"""The learner's desk: check, hint, solution, reset and next, on work that is not started, not yet right, and solved."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import common

from .challenges import desk
from .challenges.engine import files

ROOT = Path(__file__).resolve().parents[1]
ROOM = ROOT / "tests" / "challenges"
NAME, OTHER = "04_sliding_window", "05_token_budget"
SOLUTION = files.reference(NAME)
MISTAKE = ROOM / NAME / "mistakes" / "cuts_by_messages.py"


DRIVER = """
import contextlib, importlib, io, json, multiprocessing, sys
from pathlib import Path

from tests.challenges import desk
from tests.challenges.engine import own_process

if sys.platform == "linux":  # each checker is a copy of this process, which has imported all that takes long
    own_process.PROCESSES = multiprocessing.get_context("fork")
    for module in (own_process.TAKES_LONG, "tests.challenges.engine.report", "tests.challenges.situations.told_facts"):
        importlib.import_module(module)
there = desk.challenges()
desk.challenges = lambda: {number: there[number] for number in (4, 5)}
for line in sys.stdin:
    work, *arguments = json.loads(line)
    desk.WORK, desk.HINTS_SHOWN = Path(work), Path(work) / ".hints.json"
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = desk.main(arguments)
        except SystemExit as end:
            code = end.code
    print(json.dumps([code, *(stream.buffer.getvalue().decode() for stream in (out, err))]), flush=True)
"""


class Said(NamedTuple):
    """What a command of the desk did."""

    returncode: int
    stdout: str
    stderr: str


class Room:
    """A folder with the work of a learner who has two challenges, and a desk at which it is checked."""

    def __init__(self, folder: Path, driver: subprocess.Popen[str]) -> None:
        self.folder, self.work, self._driver = folder, folder / f"{NAME}.py", driver
        for name in (NAME, OTHER):
            shutil.copyfile(files.starter(name), folder / f"{name}.py")

    def desk(self, *arguments: str) -> Said:
        """Run one command of the desk."""
        print(json.dumps([str(self.folder), *arguments]), file=self._driver.stdin, flush=True)
        return Said(*json.loads(self._driver.stdout.readline()))


@pytest.fixture(scope="module")
def driver() -> Iterator[subprocess.Popen[str]]:
    """One process for many commands: starting Python and importing everything takes longer than a check."""
    command = [sys.executable, "-c", DRIVER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, env=os.environ | {"PYTHONHASHSEED": "0"}, **pipes) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def room(tmp_path: Path, driver: subprocess.Popen[str]) -> Room:
    return Room(tmp_path, driver)


def real_desk(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the desk in a process of its own."""
    command = [sys.executable, str(ROOM / "desk.py"), *arguments]
    variables = os.environ | {"PYTHONIOENCODING": "utf-8"} | environment
    return subprocess.run(command, env=variables, capture_output=True, encoding="utf-8", timeout=120)


# The three outcomes


def test_what_is_not_started_is_said_to_be_and_where_to_begin(room):
    done = room.desk("check", "4")
    assert done.returncode == 1
    assert (
        re.search(r" 0 of \d+", done.stdout)
        and "Not started: write your code into work/04_sliding_window.py" in done.stdout
    )
    first, second, third = (room.desk("hint", "4").stdout for _ in range(3))
    assert "hint 1 of 2" in first and "hint 2 of 2" in second and second == third
    assert "--give-up" not in first and "solution 4 --give-up" in second


@pytest.mark.parametrize("name", files.names())
def test_for_every_challenge_there_are_hints_to_begin_with(name):
    assert len(desk.starting_hints(name)) > 1


def test_what_is_not_right_yet_is_shown_with_the_conversation_that_breaks_it(room):
    shutil.copyfile(MISTAKE, room.work)
    done = room.desk("check", "4")
    assert done.returncode == 1 and "\033" not in done.stdout  # no colour in a pipe
    shown = " ".join(done.stdout.split())
    assert "✓ The system message is always there" in shown and "✗ No reply is sent without its question" in shown
    given, returned = shown.split("You were given, with keep_turns=1:")[1].split("You returned:")
    assert re.fullmatch(r" system Be brief\. 7 user [\w ]+[.?] \d assistant [\w, ]+\. \d ", given)  # the smallest
    assert (
        re.match(r" system Be brief\. 7 assistant [\w, ]+\. \d ", returned) and "user" not in returned.split("After")[0]
    )
    assert "Hint: Where does a turn begin" in shown and "hint 4)" in shown and "Traceback" not in shown
    first, second = (room.desk("hint", "4").stdout for _ in range(2))
    assert "hint 2 of 2" in first and "solution 4 --give-up" in first and first == second


def test_what_is_solved_is_compared_with_a_solution(room):
    shutil.copyfile(SOLUTION, room.work)
    done = room.desk("check", "4")
    assert done.returncode == 0 and re.search(r" (\d+) of \1\n", done.stdout) and "Solved." in done.stdout
    room.work.write_text(SOLUTION.read_text(encoding="utf-8").replace("starts", "begins"), encoding="utf-8")
    compared = room.desk("solution", "4")
    assert compared.returncode == 0 and re.search(r"^-.*begins", compared.stdout, re.M)
    assert re.search(r"^\+.*starts", compared.stdout, re.M)
    task = '"""The task,\nin two lines."""\n\n# My own.\n'
    room.work.write_text(task + SOLUTION.read_text(encoding="utf-8"), encoding="utf-8")
    compared = room.desk("solution", "4").stdout
    assert re.search(r"^-# My own", compared, re.M) and "in two lines" not in compared
    assert "nothing to hint at" in room.desk("hint", "4").stdout


def test_a_solution_is_shown_only_to_who_has_solved_it_or_gives_up(room):
    refused = room.desk("solution", "4")
    assert refused.returncode == 1 and "not solved yet" in refused.stdout and "starts" not in refused.stdout
    given_up = room.desk("solution", "4", "--give-up")
    assert given_up.returncode == 0 and given_up.stdout == SOLUTION.read_text(encoding="utf-8")


def test_reset_brings_the_starter_back_and_keeps_what_was_there(room):
    starter = room.work.read_bytes()
    assert "Yours is kept" not in room.desk("reset", "4").stdout
    for number, text in enumerate(["first = 1\n", "second = 2\n"], start=1):
        room.work.write_text(text, encoding="utf-8")
        assert f"work/{NAME}.{number}.bak" in room.desk("reset", "4").stdout
        assert room.work.read_bytes() == starter
        assert room.work.with_suffix(f".{number}.bak").read_text(encoding="utf-8") == text
    room.work.unlink()
    assert room.desk("reset", "4").returncode == 0 and room.work.read_bytes() == starter


def test_all_are_checked_at_once_and_what_comes_next_is_said(room):
    done = room.desk("check")
    assert done.returncode == 1 and "0 of 2 solved" in done.stdout and "Next: 04 Sliding window" in done.stdout
    shutil.copyfile(SOLUTION, room.work)
    (room.folder / f"{OTHER}.py").write_text("def trim_to_budget(\n", encoding="utf-8")
    done = room.desk("check")
    assert "1 of 2 solved" in done.stdout and re.search(r"04 Sliding window +solved", done.stdout)
    assert re.search(r"05 Token budget +not yet +0 of \d+", done.stdout) and "Go on with 05 Token budget" in done.stdout


def test_what_comes_next_is_said_alone(room):
    (room.folder / f"{OTHER}.py").unlink()
    room.work.write_text("def sliding_window(\n", encoding="utf-8")
    assert "Go on with 04 Sliding window" in room.desk("next").stdout


def test_a_program_gets_json(room):
    shutil.copyfile(MISTAKE, room.work)
    done = room.desk("check", "--json")
    first, second = json.loads(done.stdout)
    assert done.returncode == 1 and (first["challenge"], first["outcome"]) == (4, "not yet")
    assert (second["name"], second["outcome"]) == (OTHER, "not started")
    assert first["met"] == sum(criterion["met"] for criterion in first["criteria"]) and first["problem"]


@pytest.mark.parametrize("arguments", [["check", "44"], ["check", "four"], ["hint"], ["hint", "0"], ["nothing"], []])
def test_what_there_is_not_is_said_in_a_line(room, arguments):
    done = room.desk(*arguments)
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr.strip()


def test_a_terminal_without_the_signs_gets_letters():
    done = real_desk("check", "4", PYTHONIOENCODING="ascii")
    assert done.returncode in (0, 1) and re.search(r"^  [-+x] The system message", done.stdout, re.M)


# Code of every kind

ONE = "def sliding_window(history, keep_turns):\n    "
KINDS = {  # what the file holds: what its owner reads
    "def sliding_window(history, keep_turns)\n    return []\n": r"Python cannot read line 1 .*: def sliding_window",
    "import nothing_of_this_name\n": r"imports nothing_of_this_name, which is not installed, in line 1",
    "1 / 0\n": r"stops with an error when it is read, in line 1 \(1 / 0\).*ZeroDivisionError",
    "import sys\nsys.exit()\n": r"ends the whole program, in line 2",
    "def window(history, keep_turns):\n    return history\n": r"has no sliding_window\. It defines window",
    "def sliding_window(history):\n    return history\n": r"cannot be called as the task says: too many positional",
    ONE + "return None\n": r"Nothing came back",
    ONE + "return history[99]\n": r"stops with an error when it runs, in line 2 \(return history\[99\]\).*IndexError",
    ONE + "exit()\n": r"ends the whole program, in line 2",
    ONE + "return input()\n": r"waits for somebody to type, in line 2",
    ONE + "return sliding_window(history, keep_turns)\n": r"calls itself without an end, in line 2",
    ONE + "while True:\n        pass\n": r"did not end within \d seconds, in line [23]",
    ONE
    + "while True:\n        try:\n            pass\n        except BaseException:\n            pass\n": r"did not end",
    ONE
    + "import threading\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()\n": r"has waited for .*, in line 5",
    ONE + "import time\n    time.sleep(60)\n": r"has waited for \d seconds, in line 3",
    ONE + "yield history\n": r"one by one \(it holds yield\)",
    "async " + ONE + "return history\n": r"is async",
    ONE + "print('hello there')\n    return history[1:]\n": r"Printed on the way:\s+hello there",
    ONE + "history.pop()\n    return history\n": r"The list that was handed in has changed",
    "": r"has no sliding_window",
    "\0": r"Python cannot read|stops with an error when it is read",
    "x = 'caf\\xe9'\n": r"has no sliding_window",
}
RUN = """
import sys
from tests.challenges import desk
from tests.challenges.engine import time_limit
from tests.challenges.engine.in_place import Collector, run_here

time_limit.SECONDS = 0.3  # for a loop without an end
time_limit.SECONDS_OF_WAITING = 0.3
for result in run_here([sys.argv[1]], Collector(), "--quick", *(f"--work={file}" for file in sys.argv[2:])):
    print("=====", result.outcome)
    desk.Page().show(result)
"""


@pytest.fixture(scope="module")
def said_of_kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What is said of each kind of code, all in one process: none may spoil what is said of the next."""
    folder = tmp_path_factory.mktemp("kinds")
    files = [folder / f"kind_{number:02}.py" for number in range(len(KINDS))]
    for file, source in zip(files, KINDS, strict=True):
        file.write_text(source, encoding="utf-8")
    command = [sys.executable, "-c", RUN, NAME, *map(str, files)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, input="")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    said = done.stdout.split("===== ")[1:]
    assert len(said) == len(KINDS), done.stdout
    return dict(zip(KINDS, said, strict=True))


@pytest.mark.parametrize("source", KINDS)
def test_code_of_every_kind_gets_a_sentence_of_its_own(said_of_kinds, source):
    said = " ".join(said_of_kinds[source].split())
    assert said.startswith("not yet") and "Hint: " in said
    assert "Traceback" not in said and "checker itself" not in said
    assert re.search(KINDS[source], said), said


# At each save


def test_watching_checks_again_at_each_save(tmp_path):
    rooms = tmp_path / "tests" / "challenges"  # a copy: this one is really written to
    shutil.copytree(ROOM, rooms, ignore=shutil.ignore_patterns("__pycache__", "mistakes", "solutions"))
    shutil.copyfile(ROOM.parent / "__init__.py", rooms.parent / "__init__.py")
    work = tmp_path / "work" / f"{NAME}.py"
    work.parent.mkdir()
    shutil.copyfile(files.starter(NAME), work)
    watching = subprocess.Popen(
        [sys.executable, str(rooms / "desk.py"), "check", "4", "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )

    def read_until_watching() -> str:
        said = ""
        while "Ctrl-C to stop" not in said:
            line = watching.stdout.readline()
            assert line, said
            said += line
        return said

    try:
        assert "Not started" in read_until_watching()
        shutil.copyfile(MISTAKE, work)
        assert "You returned:" in read_until_watching()
        shutil.copyfile(SOLUTION, work)
        assert "Solved." in read_until_watching()
        watching.send_signal(signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT)
        assert os.name == "nt" or watching.communicate(timeout=30)[0].endswith("Stopped watching.\n")
    finally:
        watching.kill()
        watching.wait()


# The other ways in


def test_the_cell_of_a_lesson_says_what_the_command_says(capsys):
    common.check(44)
    assert "There is no challenge 44" in capsys.readouterr().out


@pytest.mark.skipif(not os.environ.get("CI"), reason="a learner's own work differs from the starters")
def test_the_work_that_is_handed_out_is_the_starter():
    starters = [files.starter(name) for name in files.names()]
    handed_out = sorted((ROOT / "work").glob("*.py"))
    assert files.names() == [path.stem for path in handed_out]
    assert [path.read_bytes() for path in starters] == [path.read_bytes() for path in handed_out]
    all_of_them = "import runpy, sys\nfor path in sys.argv[1:]:\n    runpy.run_path(path, run_name='__main__')"
    assert subprocess.run([sys.executable, "-c", all_of_them, *map(str, handed_out)], timeout=60).returncode == 0
