"""What goes wrong in the set-up: one clear sentence for a learner, whatever an installer said."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from set_up.installer_failures import explain

from .project import NO_NETWORK, WINDOWS, assert_good, assert_one_sentence

# What installers said -> a part of what the learner is told.
WORDS = {
    "pip, name not found": (
        "WARNING: Retrying after connection broken by 'NameResolutionError(\"Failed to resolve 'pypi.org'\")'\n"
        "ERROR: No matching distribution found for openai==3.52.0",
        "network",
    ),
    "pip, certificate": (
        "Could not fetch URL: There was a problem confirming the ssl certificate: Max retries exceeded "
        "(Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]')))",
        "network",
    ),
    "uv, name not found": (NO_NETWORK, "network"),
    "uv, offline": ("hint: Packages were unavailable because the network was disabled.", "network"),
    "pip, disk": (
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        "disk is full",
    ),
    "uv, disk": ("  cause: failed to copy file: No space left on device (os error 28)", "disk is full"),
    "uv, folder": ("error: Failed to create virtualenv: Permission denied (os error 13)", "could not be written"),
    "Windows, file in use": (
        "[WinError 32] The process cannot access the file because it is being used",
        "could not be written",
    ),
    "Debian": ("The virtual environment was not created successfully because ensurepip is not\navailable.", "-venv"),
    "no venv": ("/usr/bin/python3: No module named venv", "-venv"),
}


@pytest.mark.parametrize("case", WORDS)
def test_an_installers_words_become_a_learners(project, case):
    words, meaning = WORDS[case]
    told = explain(words.splitlines(), project.venv)
    assert meaning in told
    assert "run this command again." in told
    assert len(told.splitlines()) == 1  # there is no .venv to hold a log


@pytest.mark.parametrize("step", ["venv", "pip"])
def test_no_network(project, step):
    assert_one_sentence(project.run("start", UV_FAILS_AT=step, UV_SAYS=NO_NETWORK), "network", "run this command again")
    assert_good(project.run("test"))


def test_another_failure_shows_the_last_lines_and_the_log(project):
    words = "\n".join(f"line {number}" for number in range(30))
    finished = project.run("test", UV_FAILS_AT="pip", UV_SAYS=words)
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    assert "line 29" in finished.stderr
    assert "line 9\n" not in finished.stderr
    log = Path(re.search(r"\(The whole log: (.*)\)", finished.stderr).group(1))
    assert log.read_text(encoding="utf-8").splitlines()[0] == "line 0"


def test_a_missing_venv_module(project):
    words = "The virtual environment was not created successfully because ensurepip is not\navailable."
    program = str(project.add_program("debian", f"import sys; sys.exit({words!r})"))
    (project.programs / ("uv.cmd" if WINDOWS else "uv")).unlink()
    finished = project.run("test", before=f"sys.executable = sys._base_executable = {program!a}")
    assert_one_sentence(finished, "sudo apt install python{}.{}-venv".format(*sys.version_info))


@pytest.mark.skipif(WINDOWS or os.geteuid() == 0, reason="nothing is forbidden to root, nor by these bits on Windows")
def test_a_folder_that_cannot_be_written(project):
    project.root.chmod(0o555)
    try:
        assert_one_sentence(project.run("test"), "could not be written", "a folder of your own")
    finally:
        project.root.chmod(0o755)


def test_a_missing_requirements_file(project):
    (project.root / "requirements.txt").unlink()
    assert_one_sentence(project.run("test"), "requirements.txt is missing")


def test_a_missing_part_of_the_workbook_itself(project):
    shutil.rmtree(project.root / "set_up")
    assert_one_sentence(project.run("test"), "set_up is missing")


def test_a_terminal_without_the_letters_of_the_path(project):
    finished = project.run("test", UV_FAILS_AT="pip", UV_SAYS="é", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert finished.returncode == 1
    assert "my w?rkbook" in finished.stderr
