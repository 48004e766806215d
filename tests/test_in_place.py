"""The same verdicts without processes, threads and signals, as in a browser: and nothing is left behind in the process."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .challenges.engine import checking, files, time_limit
from .challenges.engine.allowance import FEW_CALLS, IN_THE_MODEL, Allowance, TookTooLong
from .challenges.engine.results import NOT_YET, SOLVED, Criterion, Result
from .challenges.engine.where_it_runs import WITHOUT
from .challenges.page import Page

NAMES = files.names()
WINDOW, SAVE = "04_sliding_window", "08_save_and_resume"
DRIVER = """
import _thread, contextlib, gc, json, os, random, re, signal, subprocess, sys, threading, warnings
from dataclasses import asdict
from pathlib import Path

import hypothesis
from openai.resources.chat.completions import completions

import common
from tests.challenges.engine import checking, preconditions, time_limit
from tests.challenges.engine.criteria import Scene
from tests.challenges.engine.in_place import Checker
from tests.challenges.situations import told_facts  # which goes by this `common`, and not by that of a check


def no_thread(*_, **__):
    raise RuntimeError("can't start new thread")


def not_here(*_, **__):
    raise OSError("a browser has no such thing")


_thread.start_new_thread = threading._start_new_thread = threading.Thread.start = no_thread
for name in ("fork", "forkpty", "posix_spawn", "kill"):
    setattr(os, name, not_here)
for name in ("signal", "setitimer", "pthread_kill", "raise_signal", "alarm"):
    setattr(signal, name, not_here)
subprocess.Popen.__init__ = not_here


def state():
    return {
        "environment": dict(os.environ),
        "modules": sorted(name for name in sys.modules if re.match("work_|common|helper|tests(?!.*engine)", name)),
        "python": [os.getcwd(), sys.path, sys.argv, sys.getrecursionlimit(), repr(sys.meta_path), repr(sys.gettrace())],
        "streams": [repr(sys.stdin), repr(sys.stdout), repr(sys.stderr), repr(input), repr(os._exit)],
        "chance": hash(random.getstate()),
        "warnings": repr(warnings.filters),
        "hypothesis": [hypothesis.settings.get_current_profile_name(), repr(hypothesis.settings())],
        "ours": [preconditions.HURRY, time_limit.SECONDS_OF_WAITING, Scene.calls, repr(Scene.newest), Scene.smallest],
        "client": [repr(completions.Completions.create), repr(completions.maybe_transform)],
        "common": sys.modules["common"] is common,
        "signals": [repr(signal.getsignal(number)) for number in signal.valid_signals()],
        "threads": threading.active_count(),
        "collecting": gc.get_threshold(),
    }


work = Path(sys.argv[1])
with contextlib.suppress(KeyError):  # once, to load what is loaded but once
    Checker("04_sliding_window", work, "--quick").result()
for line in sys.stdin:
    name, quick, limits = json.loads(line)
    really = time_limit.SECONDS, time_limit.SECONDS_OF_WAITING
    if limits:
        time_limit.SECONDS, time_limit.SECONDS_OF_WAITING = limits
    before = state()
    [result] = [Checker(name, work, "--quick").result()] if quick else checking.check([name], work)
    after = state()
    time_limit.SECONDS, time_limit.SECONDS_OF_WAITING = really
    changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    print(json.dumps([asdict(result), changed]), flush=True)
"""


class Room:
    """A folder with a learner's work, and a process in which it is checked without any other."""

    def __init__(self, work: Path, process: subprocess.Popen[str]) -> None:
        self.work, self._process = work, process

    def check(
        self, name: str, source: Path | str, quick: bool = False, limits: tuple[float, float] | None = None
    ) -> Result:
        """Check this code; nothing may have changed in the process then. `limits`: seconds of computing and of waiting."""
        text = source if isinstance(source, str) else source.read_text(encoding="utf-8")
        (self.work / f"{name}.py").write_text(text, encoding="utf-8")
        print(json.dumps([name, quick, limits]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, "the check has ended its process"
        found, changed = json.loads(answer)
        assert not changed
        criteria = [Criterion(**criterion) for criterion in found.pop("criteria")]
        return Result(**found, criteria=criteria)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    work = tmp_path_factory.mktemp("work")
    shutil.copyfile(files.reference(WINDOW), work / f"{WINDOW}.py")
    alone = os.environ | {WITHOUT: "1", "PYTHONHASHSEED": "0", "OPENAI_API_KEY": "sk-a-key"}
    alone.pop("WORKBOOK_OFFLINE")  # a check sets it, and takes it away again
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen([sys.executable, "-c", DRIVER, str(work)], cwd=files.ROOT, env=alone, **pipes) as process:
        yield Room(work, process)
        process.stdin.close()


def in_a_process(name: str, source: Path, folder: Path) -> Result:
    """What comes of it where there are processes."""
    shutil.copyfile(source, folder / f"{name}.py")
    return checking.check([name], folder)[0]


def said(result: Result) -> list[tuple]:
    return [(one.test, one.met, one.started, one.judged, one.problem, one.explained) for one in result.criteria]


# The same verdicts


@pytest.mark.parametrize("name", [name for name in NAMES if name[:2] in ("01", "04", "06", "08", "09", "10")])
def test_right_code_is_solved(room, name):
    result = room.check(name, files.reference(name), quick=True)
    assert result.outcome == SOLVED, result.first_unmet
    assert all(criterion.met != ("not judged here" in criterion.problem) for criterion in result.criteria)
    assert (result.met < len(result.criteria)) == (name == SAVE)


@pytest.mark.parametrize("name", NAMES[1:5])
def test_a_mistake_fails_where_it_should(room, name):
    path = files.mistakes(name)[7]
    head = path.read_text(encoding="utf-8")
    fails, hint = (re.search(rf"^# {what}: (.+)$", head, re.M)[1] for what in ("fails", "hint"))
    first = room.check(name, path, quick=True).first_unmet
    assert first.test == fails and hint.lower() in first.hints[0].lower(), f"{path.name}: {first}"


@pytest.mark.parametrize("source", [files.reference(WINDOW), files.mistakes(WINDOW)[0]], ids=lambda path: path.stem)
def test_word_for_word_the_same_is_said_as_in_a_process(room, tmp_path, source):
    assert said(room.check(WINDOW, source)) == said(in_a_process(WINDOW, source, tmp_path))


def test_solved_as_far_as_it_can_be_judged_here_is_no_more_than_that(room, capsys):
    result = room.check(SAVE, files.reference(SAVE), quick=True)
    Page().show(result)
    shown = " ".join(capsys.readouterr().out.split())
    assert "Solved, as far as it can be judged here. For 5 of 14 criteria a second program is needed" in shown


def test_of_what_takes_a_second_program_it_is_said_that_it_is_not_judged_here(room):
    result = room.check(SAVE, files.CHALLENGES / SAVE / "mistakes" / "looks_without_a_lock.py", quick=True)
    left = [criterion for criterion in result.criteria if not criterion.here]
    assert "test_of_two_programs_one_saves" in {criterion.test for criterion in left}
    for criterion in left:
        assert not criterion.met and not criterion.judged and criterion.started
        assert "not judged here: it takes a second program" in " ".join(criterion.explained.split())


# Again and again in one process


def test_an_edited_file_is_checked_as_it_is_now(room):
    right, wrong = files.reference(WINDOW), files.mistakes(WINDOW)[0]
    first, second, third = (room.check(WINDOW, source, quick=True) for source in (right, wrong, right))
    assert (first.outcome, second.outcome) == (SOLVED, NOT_YET) and said(first) == said(third)


def test_what_the_code_changes_is_put_back(room):
    (room.work / "helper.py").write_text("KEEP = 1\n", encoding="utf-8")
    code = files.reference(WINDOW).read_text(encoding="utf-8")
    code += (
        "\nimport builtins, os, random, sys, warnings\nimport helper\nassert 'OPENAI_API_KEY' not in os.environ\n"
        "os.environ['OPENAI_MODEL'] = 'mine'\nos.environ.pop('WORKBOOK_OFFLINE', None)\nos.chdir(os.path.dirname(os.getcwd()))\n"
        "sys.path.insert(0, 'mine')\nsys.setrecursionlimit(3000)\nrandom.seed(7)\nwarnings.simplefilter('always')\n"
        "builtins.mine = sys.stdout = open(os.devnull, 'w')\nsys.modules['work_mine'] = sys\n"
    ).replace("import helper", f"sys.path.append({str(room.work)!r})\nimport helper")
    result = room.check(WINDOW, code, quick=True)  # which looks at what has changed
    assert result.outcome == SOLVED, result.first_unmet


# Code that does not end

ONE = "def sliding_window(history, keep_turns):\n    "
ENDLESS = {
    ONE + "while True:\n        pass\n": r"did not end within \d seconds, in line [23]",
    ONE
    + "n = 0\n    while True:\n        try:\n            n += 1\n        except:\n            n = 0\n": r"did not end",
    ONE + "while True:\n        try:\n            len(history)\n        except:\n            n = 0\n": r"did not end",
    ONE + "return sliding_window(history, keep_turns)\n": r"calls itself without an end, in line 2 ",
    ONE + "import time\n    while True:\n        time.sleep(0.01)\n": r"has waited for \d seconds, in line [34]",
    ONE + "return [n for n in iter(int, 1)]\n": r"did not end within \d seconds, in line 2",
    "while True:\n    pass\n": r"did not end within \d seconds, in line [12]",
    ONE + "return input()\n": r"waits for somebody to type, in line 2",
    ONE + "import os\n    os._exit(1)\n": r"ends the whole program, in line 3",
    ONE
    + "import threading\n    threading.Thread(target=print).start()\n": r"stops with an error.*can't start new thread",
}


@pytest.mark.parametrize("source", ENDLESS)
def test_code_that_does_not_end_is_interrupted_at_a_step(room, source):
    waiting = 0.3 if "sleep" in source else 30.0  # what has to wait for a busy machine has not waited on purpose
    result = room.check(WINDOW, source, quick=True, limits=(0.3, waiting))
    assert result.outcome == NOT_YET
    assert re.search(ENDLESS[source], " ".join(result.first_unmet.explained.split()))


GO_ON = """
import time
def go_on_for(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
"""


def test_a_step_clock_leaves_alone_what_comes_after_it(monkeypatch):
    monkeypatch.setenv(WITHOUT, "1")
    exec(GO_ON, own := {})
    go_on_for = own["go_on_for"]
    with pytest.raises(TookTooLong) as found, time_limit.limit(computing=0.05, waiting=60):
        go_on_for(10)
    assert not found.value.waited
    go_on_for(0.2)
    with time_limit.limit(computing=60, waiting=60), time_limit.limit(computing=0.01, waiting=60):
        go_on_for(0.1)


# A call of the model


def test_what_the_model_computes_counts_less_as_long_as_it_is_not_called_without_an_end(monkeypatch):
    now = 0.0
    monkeypatch.setattr("time.process_time", lambda: now)
    allowance = Allowance(computing=3, waiting=60, began=0.0)
    for number in range(1, FEW_CALLS + 100):
        with allowance.in_the_model():
            now += 0.05
        many = max(0, number - FEW_CALLS)
        assert allowance.count() == (allowance.computed > 3)
        assert allowance.computed == pytest.approx(0.05 * (IN_THE_MODEL * (number - many) + many))
