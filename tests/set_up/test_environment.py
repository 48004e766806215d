"""The set-up: .venv is made once, brought up to date, made anew where it is broken, and never twice at the same time."""

import os
import shutil
import signal
import sys
import time
import venv
from pathlib import Path

from .project import WINDOWS, assert_good, needs_signals

ANEW = ["venv", "pip", "pip"]  # what the lessons need, and what the tests need besides


def test_the_first_run_installs_and_the_second_does_not(project):
    first = project.run("test")
    assert_good(first)
    assert [line for line in first.stdout.splitlines() if "done in" in line] != []
    assert project.calls() == ANEW
    second = project.run("test")
    assert_good(second)
    assert len(second.stdout.splitlines()) == 1
    assert project.calls() == ANEW


def installed(project) -> list[str]:
    """The files of requirements that were installed, in order."""
    lines = (project.programs / "calls.txt").read_text(encoding="utf-8").splitlines()
    return [line.split()[-1] for line in lines if line.startswith("pip")]


def test_a_learner_gets_what_the_lessons_need_and_the_tests_add_to_it(project):
    project.write("tests/challenges/desk.py", "")
    said = project.run("check").stdout
    assert "once: about" in said and "MB to download" in said and "Ctrl-C" in said
    assert installed(project) == ["requirements.txt"]
    assert_good(project.run("test"))
    assert installed(project) == ["requirements.txt", "tests/requirements.txt"]
    assert project.run("check").stdout == "", "an environment of the tests serves a learner"
    project.write("tests/requirements.txt", "# changed\n")
    assert project.run("check").stdout == ""
    assert_good(project.run("test"))
    assert installed(project)[2:] == ["tests/requirements.txt"]
    assert project.calls().count("venv") == 1


def test_changed_files_are_installed_again(project):
    project.run("test")
    for number, name in enumerate(("requirements.txt", "constraints.txt", "pyproject.toml"), start=1):
        project.write(name, "# changed\n")
        assert_good(project.run("test"))
        assert project.calls() == ANEW + ["pip", "pip"] * number


def remove_python(project):
    project.python.unlink()


def remove_the_mark_of_an_environment(project):  # its Python would now install into the system's own packages
    (project.venv / "pyvenv.cfg").unlink()
    (project.venv / "workbook.stamp").unlink()


def leave_it_half_made(project):
    (project.venv / "workbook.stamp").write_text("unfinished", encoding="utf-8")


def replace_it_with_a_file(project):
    shutil.rmtree(project.venv)
    project.venv.write_text("", encoding="utf-8")


def empty_it(project):
    shutil.rmtree(project.venv)
    project.venv.mkdir()


def move_the_project(project):
    moved = project.root.with_name("moved")
    project.root.rename(moved)
    project.root, project.venv = moved, moved / ".venv"


def test_a_broken_environment_is_made_anew(project):
    project.run("test")
    damages = (remove_python, remove_the_mark_of_an_environment, leave_it_half_made, replace_it_with_a_file, empty_it)
    for number, damage in enumerate([*damages, move_the_project], start=2):
        damage(project)
        seen = assert_good(project.run("test"))
        assert Path(seen["prefix"]).resolve() == project.venv.resolve(), damage.__name__
        assert project.calls() == ANEW * number, damage.__name__


def test_a_learners_own_environment_is_used_and_kept(project):
    venv.create(project.venv, symlinks=not WINDOWS)
    mine = project.venv / "mine.txt"
    mine.write_text("", encoding="utf-8")
    assert_good(project.run("test"))
    assert mine.exists()
    assert project.calls() == ["pip", "pip"]


def test_two_set_ups_at_once_do_the_work_once(project):
    both = [project.begin("test", UV_SECONDS="0.5") for _ in range(2)]
    texts = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], texts
    assert project.calls() == ANEW
    assert sum("Another set-up of this folder is running" in text for text in texts) == 1


@needs_signals
def test_ctrl_c_in_the_set_up_and_then_again(project):
    process = project.begin("test", UV_SECONDS="30")
    while project.calls() != ["venv", "pip"]:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    text = process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert "Traceback" not in text
    assert text.splitlines()[-1].startswith("Stopped.")
    assert_good(project.run("test"))
    assert project.calls() == ["venv", "pip", *ANEW]


def test_without_uv_it_takes_pip(project):
    venv.create(project.venv, symlinks=not WINDOWS)
    packages = project.venv / (
        "Lib/site-packages" if WINDOWS else "lib/python{}.{}/site-packages".format(*sys.version_info)
    )
    (packages / "pip").mkdir()
    code = f"import shutil, sys; sys.argv[1] == 'install' and shutil.copytree({str(project.programs / 'packages')!a}, "
    (packages / "pip" / "__main__.py").write_text(code + f"{str(packages)!a}, dirs_exist_ok=True)", encoding="utf-8")
    (project.programs / ("uv.cmd" if WINDOWS else "uv")).unlink()
    finished = project.run("test")
    assert_good(finished)
    assert "with pip: done in" in finished.stdout
    assert len(project.run("test").stdout.splitlines()) == 1
