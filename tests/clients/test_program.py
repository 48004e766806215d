"""A client's program, run: one that crashes, hangs, prints garbage or says nothing loses only what it did not reach."""

import os
import sys
import textwrap
from pathlib import Path

import pytest

from .program import TO_THE_END, Run, run_program

SAYS = """
import json, sys, time
def say(check, result="ok", said=""):
    print(json.dumps({"check": check, "result": result, "said": said}), flush=True)
wanted = [name for name in ("one", "two", "three") if name in sys.argv[1:]] or ["one", "two", "three"]
print(json.dumps({"checks": wanted}), flush=True)
"""


def run(tmp_path: Path, code: str, patience: float = 20) -> Run:
    program = tmp_path / "client.py"
    program.write_text(SAYS + textwrap.dedent(code), encoding="utf-8")
    return run_program([sys.executable, str(program)], tmp_path, os.environ, patience)


def results_of(run: Run) -> dict[str, str]:
    return {result.check: result.result for result in run.results}


def test_results_are_read_beside_whatever_else_is_printed(tmp_path):
    done = run(
        tmp_path,
        """
        print("[1, 2]"); print("{}"); print('{"check": 5, "result": "ok"}'); print('{"check": "two", "result": "fine"}')
        sys.stdout.buffer.write(b"\\xff\\xfe\\n"); sys.stdout.flush()
        say("one"); say("two", "gap", "There is none."); say("three", "failed", "It was Tilly.")
        """,
    )
    assert results_of(done) == {"one": "ok", "two": "gap", "three": "failed"}
    assert [result.said for result in done.results] == ["", "There is none.", "It was Tilly."]


def test_after_a_crash_the_checks_that_follow_run_again(tmp_path):
    done = run(
        tmp_path,
        """
        for name in wanted:
            if name == "two":
                sys.exit("the library ended the program")
            say(name)
        """,
    )
    assert results_of(done) == {"one": "ok", "two": "failed", "three": "ok"}
    (two,) = (result for result in done.results if result.check == "two")
    assert "exit code 1" in two.said and "the library ended the program" in two.said


def test_a_check_that_hangs_is_ended_and_the_next_ones_run(tmp_path):
    done = run(tmp_path, "for name in wanted:\n    time.sleep(60 * (name == 'one'))\n    say(name)", patience=1)
    assert results_of(done) == {"one": "failed", "two": "ok", "three": "ok"}
    assert "said nothing for 1 s" in done.results[0].said
    assert done.seconds < 30


def test_a_program_that_ignores_which_checks_are_wanted_is_not_asked_for_ever(tmp_path):
    done = run(tmp_path, "print(json.dumps({'checks': ['one', 'two', 'three']}), flush=True); say('one'); sys.exit(3)")
    assert results_of(done)["one"] == "ok"
    assert results_of(done)["three"] == "failed"


@pytest.mark.parametrize("code", ["print('nothing')", "import nowhere", "print(json.dumps({'checks': 'all'}))"])
def test_a_program_without_results_has_failed(tmp_path, code):
    program = tmp_path / "client.py"
    program.write_text(f"import json\n{code}\n", encoding="utf-8")
    done = run_program([sys.executable, str(program)], tmp_path, os.environ, 20)
    assert results_of(done) == {TO_THE_END: "failed"}


def test_an_exit_code_is_a_failure_although_every_check_held(tmp_path):
    done = run(tmp_path, "for name in wanted:\n    say(name)\nsys.exit(9)")
    assert results_of(done) == {"one": "ok", "two": "ok", "three": "ok", TO_THE_END: "failed"}


def test_a_failure_is_not_overwritten(tmp_path):
    done = run(tmp_path, "say('one', 'failed', 'It was Tilly.'); say('one'); say('two'); say('three')")
    assert results_of(done)["one"] == "failed"
