"""The commands of workbook.py: what there is, for which Python, and what test and bench do."""

import ast
import itertools
import os
import shutil
import signal
from pathlib import Path

import pytest

from .project import NO_NETWORK, SOURCE, assert_good, assert_one_sentence, needs_signals

# What there is, and for whom


@pytest.mark.parametrize("arguments", [[], ["--help"], ["help"]])
def test_alone_it_says_what_there_is(project, arguments):
    finished = project.run(*arguments)
    assert finished.returncode == 0
    for word in ("start", "test", "bench", "01_stateless_calls", "02_chat_loop"):
        assert word in finished.stdout
    assert len(finished.stdout.splitlines()) <= 22
    assert not project.venv.exists()


def test_python_3_6_can_read_the_file():
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))
    SOURCE.read_text(encoding="ascii")


def test_an_old_python_is_told_so(project):
    old = "sys.version_info, sys.version = (3, 10, 13, 'final', 0), '3.10.13 (main)'"
    told = ("3.10.13", "3.11 or newer", "https://www.python.org/downloads/")
    assert_one_sentence(project.run("start", before=old), *told)
    assert not project.venv.exists()


@pytest.mark.parametrize(("typed", "meant"), [("tset", "try test."), ("Start", "try start."), ("7", "start, check")])
def test_an_unknown_command_gets_the_nearest(project, typed, meant):
    assert_one_sentence(project.run(typed), typed, meant)


# test and bench


def test_pytest_gets_its_arguments_and_gives_its_exit_code(project):
    misleading = {"PYTHONPATH": str(project.programs), "VIRTUAL_ENV": "/elsewhere", "UV_SYSTEM_PYTHON": "1"}
    misleading |= {"PYTHONOPTIMIZE": "2"}  # without asserts, no test could fail
    seen = assert_good(project.run("test", "-k", "a window", "--lf", **misleading))
    assert seen["arguments"] == ["-k", "a window", "--lf"]
    assert Path(seen["folder"]).resolve() == project.root.resolve()
    assert Path(seen["prefix"]).resolve() == Path(seen["VIRTUAL_ENV"]).resolve() == project.venv.resolve()
    assert (seen["PYTHONOPTIMIZE"], seen["PYTHONHOME"], seen["PYTHONUTF8"]) == (None, None, "1")
    assert Path(seen["PYTHONPATH"]).resolve() == project.root.resolve(), "its own code, whatever copy is installed"
    assert project.run("test", "--three").returncode == 3


@needs_signals
def test_ctrl_c_in_the_tests(project):
    process = project.begin("test", "--wait")
    while not process.stdout.readline().startswith("{"):
        pass
    os.killpg(process.pid, signal.SIGINT)
    text = process.communicate(timeout=30)[0]
    assert process.returncode == 130
    assert text.strip().splitlines() == ["Stopped. The same command starts it again."]


def test_bench_runs_every_benchmark(project):
    project.write("tests/benchmarks/bench_after.py", "import sys; print('too slow'); sys.exit(1)")
    project.write("tests/benchmarks/other.py", "print('not a benchmark')")
    finished = project.run("bench")
    assert finished.returncode == 1
    assert finished.stdout.splitlines()[-4:] == ["== bench_after", "too slow", "== bench_speed", "twice as fast"]
    (project.root / "tests/benchmarks/bench_after.py").unlink()
    assert project.run("bench").returncode == 0


def test_compare_is_told_in_which_folder_its_files_are(project, tmp_path, monkeypatch):
    project.write("tests/benchmarks/compare.py", "import sys; print(sys.prefix); print(sys.argv[1:]); sys.exit(2)")
    folder = tmp_path / "of somebody's own"
    folder.mkdir()
    monkeypatch.chdir(folder)
    finished = project.run("compare", "mine.py", "--json")
    assert finished.returncode == 2
    prefix, arguments = finished.stdout.splitlines()[-2:]
    assert Path(prefix).resolve() == project.venv.resolve()
    assert arguments == str(["--from", str(folder), "mine.py", "--json"])


def test_bench_has_an_environment_of_its_own(project):
    project.write("tests/benchmarks/bench_speed.py", "import sys; print(sys.prefix)")
    finished = project.run("bench")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    prefix = Path(finished.stdout.splitlines()[-1])
    assert prefix.resolve() == (project.root / ".venv-bench").resolve()
    assert not project.venv.exists()
    assert project.calls() == ["venv", "pip", "pip", "pip"]
    installed = (project.programs / "calls.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split()[-1] for line in installed] == [
        "requirements.txt",
        "tests/benchmarks/requirements.txt",
        "tests/benchmarks/meaning/requirements.txt",
    ]
    assert ["--no-deps" in line for line in installed] == [False, False, True]
    assert len(project.run("bench").stdout.splitlines()) == 2
    assert project.calls() == ["venv", "pip", "pip", "pip"]
    assert_good(project.run("test"))
    assert project.calls() == ["venv", "pip", "pip", "pip", "venv", "pip", "pip"]


def test_changed_files_are_installed_again_for_bench(project):
    assert project.run("bench").returncode == 0
    assert_good(project.run("test"))
    for folder, name in itertools.product(("", "tests/benchmarks/"), ("requirements.txt", "constraints.txt")):
        before = project.calls()
        project.write(folder + name, "# changed\n")
        assert project.run("bench").returncode == 0
        again = ["pip"] * (2 if folder else 3)  # the file that changed, and what is installed after it
        assert project.calls() == [*before, *again], folder + name
        assert_good(project.run("test"))
        assert project.calls() == [*before, *again] + ["pip"] * (0 if folder else 2), folder + name


def test_bench_without_a_network(project):
    finished = project.run("bench", UV_FAILS_AT="pip", UV_SAYS=NO_NETWORK)
    assert_one_sentence(finished, "network", "run this command again")
    assert "twice as fast" not in finished.stdout
    assert project.run("bench").returncode == 0


def test_bench_without_benchmarks_or_with_arguments(project):
    assert_one_sentence(project.run("bench", "fast"), "no arguments")
    (project.root / "tests/benchmarks/requirements.txt").unlink()
    assert_one_sentence(project.run("bench"), "tests/benchmarks/requirements.txt is missing")
    shutil.rmtree(project.root / "tests")
    assert_one_sentence(project.run("bench"), "no benchmarks")
