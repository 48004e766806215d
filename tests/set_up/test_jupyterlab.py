"""start: a lesson in JupyterLab, in the learner's own copy, found again while it runs, and ended at once."""

import contextlib
import json
import os
import re
import signal
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from .project import LESSON, WINDOWS, Project, assert_one_sentence, needs_signals


@contextlib.contextmanager
def lab(project: Project, *arguments: str, **more: str):
    """Start JupyterLab's stand-in; give the process, what was printed until it was up, and its address; end it."""
    process = project.begin("start", *arguments, **more)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    text = ""
    while "Stop with Ctrl-C" not in text and (line := process.stdout.readline()):
        text += line
    address = re.search(r"http://\S+", text).group() if "http://" in text else ""
    try:
        yield process, text, address
    finally:
        if process.poll() is None:
            shut_down(address)
            process.wait(timeout=10)
        watchdog.cancel()
        process.stdout.close()


def ask(address: str, data: bytes | None = None) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, data=data, timeout=10) as answer:
        return answer.read()


def shut_down(address: str) -> None:
    ask(re.sub(r"/lab/.*", "/api/shutdown", address), b"")


def test_start_says_where_the_lesson_is(project):
    with lab(project, "--no-browser") as (process, text, address):
        lesson = "work/lessons/01_stateless_calls.ipynb"
        assert re.fullmatch(rf"http://127.0.0.1:\d+/lab/tree/{lesson}\?token=0123abcd", address)
        for name in ("01_stateless_calls", "02_chat_loop"):
            copy = json.loads((project.root / "work" / "lessons" / f"{name}.ipynb").read_text(encoding="utf-8"))
            assert copy["cells"][0]["execution_count"] is None
        assert "wall of log lines" not in text
        path, *seen = json.loads(ask(address))
        assert Path(path).resolve() == project.root.resolve()
        assert {"--no-browser", "--ip=127.0.0.1", f"--ServerApp.root_dir={project.root.resolve()}"} <= set(seen)
        assert ("--allow-root" in seen) == (not WINDOWS and os.geteuid() == 0)
        settings = next(Path(word.partition("=")[2]) for word in seen if "app_settings_dir" in word)
        assert '"fetchNews": "false"' in (settings / "overrides.json").read_text(encoding="utf-8")
        shut_down(address)
        assert process.wait(timeout=10) == 0
    assert not settings.exists()


def test_start_opens_another_lesson_for_a_container(project):
    with lab(project, "2", "--no-browser", "--ip", "0.0.0.0") as (_, _, address):
        assert "/02_chat_loop.ipynb" in address
        assert "--ip=0.0.0.0" in json.loads(ask(address))[1:]


def test_start_says_where_a_server_runs_already(project):
    note = project.root / ".jupyterlab.json"
    with lab(project, "--no-browser") as (process, text, address):
        assert os.name == "nt" or note.stat().st_mode & 0o077 == 0, "its token lets in"
        again = project.run("start", "2", "--no-browser")
        assert again.returncode == 0 and again.stderr == ""
        assert address.replace("01_stateless_calls", "02_chat_loop") in again.stdout
        assert "was running already" in again.stdout and "Starting" not in again.stdout
        kept = note.read_text(encoding="utf-8")
        assert process.poll() is None, "it runs on"
    assert not note.exists()
    note.write_text(kept, encoding="utf-8")  # as a server leaves it that was killed
    with lab(project, "--no-browser") as (_, text, _):
        assert "Starting JupyterLab" in text
        other = json.loads(note.read_text(encoding="utf-8")) | {"token": "another"}
        note.write_text(json.dumps(other), encoding="utf-8")  # by now another program listens there
        with lab(project, "--no-browser") as (_, text, _):
            assert "Starting JupyterLab" in text


def test_start_keeps_what_a_learner_has_written(project):
    project.run("start", LAB_BREAKS="1")
    copy = project.root / "work" / "lessons" / "02_chat_loop.ipynb"
    mine = copy.read_text(encoding="utf-8").replace('"12"', '"my own"')
    copy.write_text(mine, encoding="utf-8")
    project.write("lessons/02_chat_loop.ipynb", LESSON.replace('"12"', '"14"'))
    with lab(project, "2", "--no-browser") as (_, text, address):
        assert "tree/work/lessons/02_chat_loop.ipynb" in address
        assert "Lesson 02 has changed" in text and "reset lesson 2" in text
    assert copy.read_text(encoding="utf-8") == mine


def test_copies_that_cannot_be_written_are_no_traceback(project):
    project.write("work/lessons", "a file where the folder should be")
    assert_one_sentence(project.run("start"), "work/lessons is not a folder")


def test_start_opens_a_browser(project):
    page = project.root / "page.txt"
    code = f"import pathlib, sys; pathlib.Path({str(page)!a}).write_text(sys.argv[1])"
    browser = project.add_program("browser", code)
    with lab(project, DISPLAY=":7", BROWSER=str(browser)) as (_, text, address):
        assert "is open in your browser" in text
        assert page.read_text(encoding="utf-8") == address


@pytest.mark.skipif(WINDOWS or sys.platform == "darwin", reason="there is always a screen")
def test_start_without_a_screen_only_prints_the_address(project):
    browser = project.add_program("browser", "import pathlib; pathlib.Path(__file__).with_name('opened').touch()")
    with lab(project, BROWSER=str(browser)) as (_, text, _):
        assert "in a browser, at this address" in text
        assert not (project.programs / "opened").exists()


@needs_signals
@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_ctrl_c_ends_the_server_at_once(project, ending):
    with lab(project, "--no-browser") as (process, _, address):
        began = time.monotonic()
        process.send_signal(getattr(signal, ending))
        rest = process.communicate(timeout=10)[0]
        assert time.monotonic() - began < 3
        assert process.returncode == {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}[ending]
        assert "Traceback" not in rest
        assert len(rest.split("\n\n")[-1].strip().splitlines()) == (1 if ending == "SIGINT" else 0)
        with pytest.raises(OSError):
            ask(address)


def test_a_jupyterlab_that_does_not_start(project):
    finished = project.run("start", LAB_BREAKS="1")
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    assert finished.stderr.startswith("JupyterLab stopped by itself")
    assert finished.stderr.splitlines()[-1].strip() == "ImportError: a part of JupyterLab is missing"


@pytest.mark.parametrize("number", ["9", "loop"])
def test_an_unknown_lesson(project, number):
    assert_one_sentence(project.run("start", number), f"no lesson {number}", "01, 02")
    assert not project.venv.exists()
