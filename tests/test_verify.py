"""The command verify: what it says before, of each claim, and at its end, and of servers that cannot be judged."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from set_up.settings.settings import Settings

from .broken_servers import refusing, server, without
from .contract import reaching, verify
from .contract.criteria import every_criterion
from .contract.judging import BROKEN, HELD, OTHERWISE, Verdict, judge
from .contract.report import line

ROOT = Path(__file__).resolve().parents[1]
OURS = ("OPENAI_", "WORKBOOK_")
CLAIMS = len(every_criterion())


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.contract.verify", *arguments]


def surroundings(**more: str) -> dict[str, str]:
    """An environment in which no .env of the machine counts, and this folder's code runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "OPENAI_MODEL": "offline-model", **more}


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*arguments), cwd=ROOT, env=surroundings(**more), capture_output=True, text=True, timeout=100
    )


@contextlib.contextmanager
def offline_over_http(*options: str):
    """The offline model over HTTP; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mock_model.over_http", "--port", "0", *options],
        cwd=ROOT,
        env=surroundings(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.kill()
        process.wait(timeout=10)
        process.stdout.close()


@contextlib.contextmanager
def a_port(backlog: int):
    """A port of this machine at which nobody accepts: gives the address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if backlog:
            listening.listen(backlog)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


def in_this_process(monkeypatch, asked, address: str | None, *arguments: str) -> int:
    """Run the command on a server of this process, as if .env named this address."""
    settings = Settings("offline-model", "key", address)
    for module in (verify, reaching):
        monkeypatch.setattr(module, "SETTINGS", settings)
    monkeypatch.setattr(verify, "MODEL", "offline-model")
    monkeypatch.setattr(verify, "get_client", lambda: asked.client)
    return verify.main(arguments)


def test_on_the_offline_model_nothing_is_broken():
    finished = run(WORKBOOK_OFFLINE="1")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    announced = int(re.search(r"About (\d+) requests, which cost nothing", finished.stderr)[1])
    assert f" {announced} requests," in finished.stdout
    heads = [line for line in finished.stdout.splitlines() if line.startswith(("✓", "✗", "–"))]
    assert len(heads) == CLAIMS and not any(line.startswith("✗") for line in heads)
    assert [int(line.split()[1]) for line in heads] == sorted(claim.lesson for claim in every_criterion())
    assert f"{CLAIMS - 1} hold, 0 broken, 1 not offered" in finished.stdout  # any key is accepted


def test_over_http_it_is_the_same_and_a_program_can_read_it():
    with offline_over_http("--api-key", "right") as address:
        finished = run("--json", OPENAI_BASE_URL=address, OPENAI_API_KEY="right")
        assert finished.returncode == 0, finished.stdout + finished.stderr
        told = json.loads(finished.stdout)
        assert {each["result"] for each in told["criteria"]} <= {"held", "otherwise"}
        assert (len(told["criteria"]), told["model"], told["is_complete"]) == (CLAIMS, "offline-model", True)
        assert told["requests"] >= CLAIMS and told["tokens_in"] > told["tokens_out"] > 0
        wrong = run(OPENAI_BASE_URL=address, OPENAI_API_KEY="wrong")
        assert_refused(wrong, "does not take the key", "401")
        nobody = run(OPENAI_BASE_URL=address, OPENAI_API_KEY="right", OPENAI_MODEL="nobody")
        assert_refused(nobody, "has no model nobody", "offline-model", "OPENAI_MODEL")
        elsewhere = run(OPENAI_BASE_URL=address.removesuffix("/v1"), OPENAI_API_KEY="right")
        assert_refused(elsewhere, "ends in /v1")


def assert_refused(finished: subprocess.CompletedProcess, *words: str) -> None:
    assert finished.returncode == 2, finished.stdout + finished.stderr
    assert finished.stdout == "" and "Traceback" not in finished.stderr
    for word in words:
        assert word in finished.stderr.splitlines()[-1]


def test_no_server_there():
    with a_port(backlog=0) as address:
        assert_refused(run(OPENAI_BASE_URL=address), "No server answers at 127.0.0.1", "is it running")


def test_a_server_that_hangs_is_told_soon():
    with a_port(backlog=8) as address:
        began = time.monotonic()
        assert_refused(run("--timeout", "1", OPENAI_BASE_URL=address), "did not answer within 1 seconds")
        assert time.monotonic() - began < 60


def judged_until(lesson: int, then):
    """Judge as always, and from this lesson on do something else."""
    return lambda claim, asked: judge(claim, asked) if claim.lesson < lesson else then(claim)


def gone(claim) -> Verdict:
    return Verdict(claim, OTHERWISE, "Could not be judged.", is_gone=True)


def interrupted(claim):
    raise KeyboardInterrupt


BEFORE = sum(claim.lesson < 3 for claim in every_criterion())


def test_a_server_that_stops_to_answer_is_not_waited_for(monkeypatch, capsys):
    monkeypatch.setattr(verify, "judge", judged_until(3, gone))
    assert in_this_process(monkeypatch, server(), "http://localhost/v1") == 2
    said = capsys.readouterr()
    assert f"answers no more: {CLAIMS - BEFORE - 2} claims" in said.err
    assert " 0 broken" in said.out


def test_what_could_not_be_judged_is_no_success(monkeypatch):
    monkeypatch.setattr(
        verify, "judge", lambda claim, asked: gone(claim) if claim.name == "caching" else judge(claim, asked)
    )
    assert in_this_process(monkeypatch, server(), "http://localhost/v1") == 2


def test_ctrl_c_shows_what_came_until_then(monkeypatch, capsys):
    monkeypatch.setattr(verify, "judge", judged_until(3, interrupted))
    assert in_this_process(monkeypatch, server(), "http://localhost/v1") == 130
    assert " hold, 0 broken" in capsys.readouterr().out
    assert in_this_process(monkeypatch, server(), "http://localhost/v1", "--json") == 130
    told = json.loads(capsys.readouterr().out)
    assert (told["is_complete"], len(told["criteria"])) == (False, BEFORE)


@pytest.mark.parametrize("yes", [False, True])
def test_what_is_paid_for_is_said_first_and_asked_for(monkeypatch, capsys, yes):
    asked = server()
    monkeypatch.setattr(sys, "stdin", None)
    code = in_this_process(monkeypatch, asked, "https://paid.example.com/v1", *(["--yes"] if yes else []))
    said = capsys.readouterr()
    assert "dollars" in said.err and "requests" in said.err
    assert code == (0 if yes else 2)
    assert ("No question was sent" in said.err, said.out == "") == (not yes, not yes)


def test_the_question_names_what_it_costs_at_worst(monkeypatch, capsys):
    asked = server()
    typed = io.StringIO("n\n")
    typed.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", typed)
    assert in_this_process(monkeypatch, asked, "https://paid.example.com/v1", "--window", "1000000") == 2
    said = capsys.readouterr().err
    more = float(re.search(r"they cost about ([\d.]+) dollars more", said)[1])
    assert more > 0.1 and float(re.search(r"Spend about [\d.]+ dollars, at worst ([\d.]+)\?", said)[1]) >= more


@pytest.mark.parametrize(("encoding", "signs"), [("utf-8", "✓ ✗ –"), ("cp1252", "ok NO --"), ("ascii", "ok NO --")])
def test_marks_are_told_apart_in_any_encoding(monkeypatch, encoding, signs):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    verdicts = [Verdict(every_criterion()[0], mark, "Seen.") for mark in (HELD, BROKEN, OTHERWISE)]
    assert [line(verdict).split()[0] for verdict in verdicts] == signs.split()


def test_lessons_are_not_run_unasked_where_they_cost_money(monkeypatch, capsys):
    asked = server()
    assert in_this_process(monkeypatch, asked, "https://paid.example.com/v1", "--lessons") == 2
    assert "--yes" in capsys.readouterr().err
    assert asked.asked.requests == 0


def test_lessons_are_run_when_nothing_stopped_before(monkeypatch):
    commands = []

    def run(command, **_):
        commands.append(command[1:])
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(verify.subprocess, "run", run)
    assert in_this_process(monkeypatch, server(), "http://localhost/v1", "--lessons", "1", "2") == 1
    assert commands == [["-m", "tests.lessons.on_a_server", "1", "2"]]


def test_a_limit_may_have_the_other_name(monkeypatch, capsys):
    asked = server(asked=refusing(lambda body: "max_tokens" in body), at="/chat/completions")
    assert in_this_process(monkeypatch, asked, "http://localhost/v1") == 0
    neither = server(asked=refusing(lambda body: "max_tokens" in body or "max_completion_tokens" in body))
    assert in_this_process(monkeypatch, neither, "http://localhost/v1") == 2
    assert "refuses a plain question" in capsys.readouterr().err


def test_a_page_in_place_of_a_reply(monkeypatch, capsys):
    asked = server(answer=lambda body: "<html>Welcome to the router</html>", at="/chat/completions")
    assert in_this_process(monkeypatch, asked, "http://localhost:80/") == 2
    assert "base_url" in capsys.readouterr().err


def test_something_broken_is_said_once_more_at_the_end(monkeypatch, capsys):
    asked = server(answer=without("usage"), at="/chat/completions")
    assert in_this_process(monkeypatch, asked, "http://localhost/v1") == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert "Lesson 01 rests on this" in last and "usage" in last


@pytest.mark.parametrize(
    "arguments",
    [["--timeout", "soon"], ["--timeout", "0"], ["--window", "-1"], ["--windo", "5"], ["--lessons", "99"]],
)
def test_a_wrong_option_is_refused_before_anything_is_asked(arguments):
    finished = run(*arguments)
    assert finished.returncode == 2 and finished.stdout == ""
    assert "Traceback" not in finished.stderr and arguments[0].strip("-s") in finished.stderr


def test_wrong_settings_are_one_sentence():
    finished = run(WORKBOOK_OFFLINE="perhaps")
    assert finished.returncode == 2 and "WORKBOOK_OFFLINE" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.skipif(os.name == "nt", reason="a test cannot send Ctrl-C to a single process on Windows")
def test_ctrl_c_in_a_terminal():
    process = subprocess.Popen(
        command(),
        cwd=ROOT,
        env=surroundings(WORKBOOK_OFFLINE="1"),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in err
    assert " hold, " in out
