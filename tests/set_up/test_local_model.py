"""--local: a small model answers in an environment of its own, programs find it, and it ends whatever happens."""

import json
import os
import shutil
import signal
import time

import pytest

from .project import STAND_INS, assert_one_sentence, needs_signals
from .test_jupyterlab import ask, lab, shut_down

PROGRAM = "import json, os; print(json.dumps(dict(os.environ)), flush=True); "
ADDRESS = "http://127.0.0.1:4711/v1"
NO_WHEEL = (
    "  x No solution found when resolving dependencies:\n  Because xllamacpp==2026.10.11549 has no wheels with a matching "
    "platform tag (e.g., `musllinux_1_2_x86_64`)"
)


@pytest.fixture
def workbook(project):
    project.write("tests/contract/local/requirements.txt", "a-small-model\n")
    shutil.copy(STAND_INS / "local_model.py", project.root / "tests/contract/local/serve.py")
    project.write("tests/contract/verify.py", PROGRAM + "import sys; sys.exit(1)")
    project.write(
        "examples/01_stateless_calls.py", PROGRAM + "import sys; print(sys.argv[1:], sys.prefix); sys.exit(3)"
    )
    return project


def living(project) -> list[str]:
    """The servers that live still, after a moment."""
    for _ in range(100):
        if not (found := [path.name for path in (project.root / ".venv-local").glob("lives.*")]):
            break
        time.sleep(0.05)
    return found


def settings(line: str) -> list[str]:
    said = json.loads(line)
    return [said[name] for name in ("OPENAI_BASE_URL", "OPENAI_MODEL", "WORKBOOK_OFFLINE")]


def test_a_program_runs_with_it(workbook, monkeypatch):
    monkeypatch.chdir(workbook.root / "examples")
    secret = {"OPENAI_API_KEY": "sk-of-somebody", "WORKBOOK_OFFLINE": "1"}
    finished = workbook.run("local", "01_stateless_calls.py", "--interactive", **secret)
    assert finished.returncode == 3, finished.stderr
    environment, arguments = finished.stdout.splitlines()[-2:]
    assert settings(environment) == [ADDRESS, "smollm2-135m-instruct", "0"]
    assert json.loads(environment)["OPENAI_API_KEY"] != "sk-of-somebody"
    assert "127.0.0.1" in json.loads(environment)["NO_PROXY"]
    assert arguments.startswith("['--interactive']") and ".venv-local" not in arguments
    assert living(workbook) == []


def test_it_is_installed_once_apart_and_without_what_its_packages_want(workbook):
    workbook.run("local", "examples/01_stateless_calls.py")
    workbook.run("verify", "--local")
    calls = (workbook.programs / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in calls] == ["venv", "pip", "venv", "pip"]
    assert ".venv-local" in calls[3] and "--no-deps" in calls[3]
    assert "--no-deps" not in calls[1]


def test_verify_asks_it_and_gives_the_exit_code(workbook):
    finished = workbook.run("verify", "--local", "--json")
    assert finished.returncode == 1
    assert settings(finished.stdout.splitlines()[-1])[0] == ADDRESS
    assert living(workbook) == []
    assert len(workbook.run("verify", "--local", "--json").stdout.splitlines()) == 1, "a program reads it"
    alone = workbook.run("verify")
    assert "OPENAI_BASE_URL" not in json.loads(alone.stdout.splitlines()[-1])


def test_a_set_up_without_a_build_for_this_machine(workbook):
    workbook.run("verify")
    finished = workbook.run("verify", "--local", UV_FAILS_AT="pip", UV_SAYS=NO_WHEEL)
    assert_one_sentence(finished, "llama.cpp", "Windows", "Ollama")
    assert workbook.run("verify", "--local").returncode == 1  # goes on where it stopped


def test_a_server_that_does_not_start(workbook):
    finished = workbook.run("local", "examples/01_stateless_calls.py", MODEL_BREAKS="1")
    assert finished.returncode == 1
    assert "did not start" in finished.stderr and "a part of llama.cpp is missing" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("arguments", [["no_such.py"], ["examples"]])
def test_a_program_that_is_not_there(workbook, arguments):
    assert_one_sentence(workbook.run("local", *arguments), "There is no program")
    assert not (workbook.root / ".venv-local").exists()


def test_a_lesson_is_opened_with_it_and_its_server_ends_with_jupyterlab(workbook):
    with lab(workbook, "--local", "--no-browser") as (process, text, address):
        assert "smollm2-135m-instruct" in text
        said = json.loads(ask(address.replace("/lab/", "/environment/")))
        assert [said[name] for name in ("OPENAI_BASE_URL", "OPENAI_MODEL")] == [ADDRESS, "smollm2-135m-instruct"]
        for more in ([], ["--local"]):
            again = workbook.run("start", "2", "--no-browser", *more)
            assert again.returncode == 0 and "with smollm2-135m-instruct to answer" in again.stdout
        shut_down(address)
        assert process.wait(timeout=10) == 0
    assert living(workbook) == []


def test_a_lesson_is_not_opened_where_another_model_answers(workbook):
    with lab(workbook, "--no-browser"):
        again = workbook.run("start", "2", "--local", "--no-browser")
        assert_one_sentence(again, "running already", "with another model")
    assert not (workbook.root / ".venv-local").exists()


@needs_signals
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_who_has_started_it(workbook, end):
    process = workbook.begin("local")
    while "It answers at" not in (line := process.stdout.readline()):
        assert line, "it has ended"
    assert len(list((workbook.root / ".venv-local").glob("lives.*"))) == 1
    os.kill(process.pid, end)
    process.wait(timeout=20)
    process.stdout.close()
    assert living(workbook) == []


@needs_signals
def test_a_set_up_that_is_interrupted_goes_on_next_time(workbook):
    workbook.run("verify")
    process = workbook.begin("verify", "--local", UV_SECONDS="30")
    while workbook.calls() != ["venv", "pip", "venv", "pip"]:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    text = process.communicate(timeout=60)[0]
    assert process.returncode == 130 and "Traceback" not in text
    assert workbook.run("verify", "--local").returncode == 1
    assert workbook.calls()[-2:] == ["venv", "pip"]
    assert living(workbook) == []
