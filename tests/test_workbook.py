"""workbook.py in a temporary copy: the set-up, each command, and one clear sentence for whatever goes wrong.

Nothing is downloaded. A stand-in for uv makes an environment and puts stand-ins for pytest and JupyterLab into it.
"""

import ast
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import venv
from pathlib import Path

import pytest

from set_up.failures import explain

ROOT = Path(__file__).resolve().parents[1]
SOURCE, COPIES = ROOT / "workbook.py", ROOT / "tests" / "challenges" / "lesson_copies.py"
WINDOWS = os.name == "nt"
needs_signals = pytest.mark.skipif(WINDOWS, reason="a test cannot send Ctrl-C to a single process on Windows")

UV = """
import os, pathlib, shutil, sys, time
here = pathlib.Path(__file__).parent
with (here / "calls.txt").open("a", encoding="utf-8") as calls:
    print(*sys.argv[1:], file=calls)
if os.environ.get("UV_FAILS_AT") == sys.argv[1]:
    sys.exit(os.environ["UV_SAYS"])
if sys.argv[1] == "venv":
    import venv

    venv.create(sys.argv[-1], symlinks=os.name != "nt")
else:
    print("Resolved 2 packages", flush=True)
    time.sleep(float(os.environ.get("UV_SECONDS", "0")))
    prefix = pathlib.Path(sys.argv[sys.argv.index("--python") + 1]).parents[1]
    packages = "Lib" if os.name == "nt" else "lib/python{}.{}".format(*sys.version_info)
    shutil.copytree(here / "packages", prefix / packages / "site-packages", dirs_exist_ok=True)
"""

PYTEST = """
import json, os, sys, time
seen = ("PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "PYTHONOPTIMIZE", "VIRTUAL_ENV")
variables = {name: os.environ.get(name) for name in seen}
try:
    print(json.dumps({"arguments": sys.argv[1:], "folder": os.getcwd(), "prefix": sys.prefix, **variables}), flush=True)
    time.sleep(30 if "--wait" in sys.argv else 0)
except KeyboardInterrupt:
    sys.exit(2)
sys.exit(3 if "--three" in sys.argv else 0)
"""

JUPYTERLAB = """
import http.server, json, os, pathlib, socketserver, sys, threading
threading.Timer(60, os._exit, [1]).start()  # whatever becomes of the test
print("[I ServerApp] a wall of log lines", file=sys.stderr, flush=True)
if "LAB_BREAKS" in os.environ:
    print("ImportError: a part of JupyterLab is missing", flush=True)
    os._exit(1)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        if "/api/status" in self.path:
            self.wfile.write(b'{"started": "today"}' if "token=0123abcd" in self.path else b"who are you?")
        else:
            self.wfile.write(json.dumps([os.environ["PYTHONPATH"], *sys.argv[1:]]).encode())

    def do_POST(self):
        self.send_response(204)
        self.end_headers()
        threading.Thread(target=server.shutdown).start()

with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
    told = {"port": server.server_address[1], "token": "0123abcd", "base_url": "/", "secure": False}
    note = pathlib.Path(os.environ["JUPYTER_RUNTIME_DIR"], f"jpserver-{os.getpid()}.json")
    note.write_text(json.dumps(told)[:9])  # as seen by a reader who comes too early
    threading.Timer(0.1, note.write_text, [json.dumps(told)]).start()
    server.serve_forever(poll_interval=0.05)
os._exit(0)
"""

LESSON = json.dumps(
    {"cells": [{"cell_type": "code", "metadata": {}, "source": "12", "outputs": [], "execution_count": 1}]}
)


class Project:
    """A small workbook in a folder with a space and a letter outside ASCII, and the programs on its PATH."""

    def __init__(self, folder: Path) -> None:
        self.root, self.programs = folder / "my wörkbook", folder / "programs"
        self.venv = self.root / ".venv"
        self.python = self.venv / ("Scripts/python.exe" if WINDOWS else "bin/python")
        for name, text in {
            "requirements.txt": "pytest\njupyterlab\n",
            "pyproject.toml": "",
            "constraints.txt": "",
            "lessons/01_stateless_calls.ipynb": LESSON,
            "lessons/02_chat_loop.ipynb": LESSON,
            "tests/challenges/lesson_copies.py": COPIES.read_text(encoding="utf-8"),
            "tests/benchmarks/bench_speed.py": "print('twice as fast')",
            "tests/benchmarks/requirements.txt": "another-library\n",
        }.items():
            self.write(name, text)
        shutil.copy(SOURCE, self.root)
        shutil.copytree(ROOT / "set_up", self.root / "set_up", ignore=shutil.ignore_patterns("__pycache__"))
        self.programs.mkdir()
        self.add_program("uv", UV)
        for name, text in {"pytest": PYTEST, "jupyterlab": JUPYTERLAB}.items():
            package = self.programs / "packages" / name
            package.mkdir(parents=True)
            (package / "__main__.py").write_text(text, encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def add_program(self, name: str, code: str) -> Path:
        """Put a program on the PATH that is written in Python, and return its path."""
        (self.programs / f"{name}.py").write_text(code, encoding="utf-8")
        if WINDOWS:
            program, text = self.programs / f"{name}.cmd", f'@"{sys.executable}" "%~dp0{name}.py" %*\n'
        else:
            program, text = self.programs / name, f'#!/bin/sh\nexec "{sys.executable}" "$0.py" "$@"\n'
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
        return program

    def command(self, *arguments: str, before: str = "pass") -> list[str]:
        """The command line, with a line of Python to run before workbook.py itself."""
        path = str(self.root / "workbook.py")
        code = f"import runpy, signal, sys; {before}; sys.argv = {[path, *arguments]!a}; "
        return [sys.executable, "-c", code + f"runpy.run_path({path!a}, run_name='__main__')"]

    def environment(self, **more: str) -> dict[str, str]:
        ours = ("PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**kept, "PATH": str(self.programs), "PYTHONUTF8": "1", "PIP_CONFIG_FILE": os.devnull, **more}

    def run(self, *arguments: str, before: str = "pass", **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*arguments, before=before),
            env=self.environment(**more),
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )

    def begin(self, *arguments: str, **more: str) -> subprocess.Popen:
        """Start it without waiting for its end, in a group of its own, with Ctrl-C as in a terminal."""
        before = "signal.signal(signal.SIGINT, signal.default_int_handler)"
        return subprocess.Popen(
            self.command(*arguments, before=before),
            env=self.environment(**more),
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=not WINDOWS,
        )

    def calls(self) -> list[str]:
        """What uv was asked for: "venv" or "pip", in order."""
        path = self.programs / "calls.txt"
        return [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def assert_one_sentence(finished: subprocess.CompletedProcess, *words: str) -> None:
    """It failed with one sentence that holds these words, and perhaps the place of the log; never with a traceback."""
    assert "Traceback" not in finished.stdout + finished.stderr
    told = [line for line in finished.stderr.splitlines() if not line.startswith("(The whole log: ")]
    assert len(told) == 1, finished.stderr
    assert told[0].endswith("."), told[0]
    for word in words:
        assert word in told[0]
    assert finished.returncode == 1


def assert_good(finished: subprocess.CompletedProcess) -> dict:
    """`test` worked, inside the project's own environment; return what the stand-in for pytest saw."""
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stderr == ""
    return json.loads(finished.stdout.splitlines()[-1])


# --- what there is, and for whom ---


@pytest.mark.parametrize("arguments", [[], ["--help"], ["help"]])
def test_alone_it_says_what_there_is(project, arguments):
    finished = project.run(*arguments)
    assert finished.returncode == 0
    for word in ("start", "test", "bench", "01_stateless_calls", "02_chat_loop"):
        assert word in finished.stdout
    assert len(finished.stdout.splitlines()) <= 14
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


# --- the set-up ---


def test_the_first_run_installs_and_the_second_does_not(project):
    first = project.run("test")
    assert_good(first)
    assert [line for line in first.stdout.splitlines() if "done in" in line] != []
    assert project.calls() == ["venv", "pip"]
    second = project.run("test")
    assert_good(second)
    assert len(second.stdout.splitlines()) == 1
    assert project.calls() == ["venv", "pip"]


def test_changed_files_are_installed_again(project):
    project.run("test")
    for number, name in enumerate(("requirements.txt", "constraints.txt", "pyproject.toml"), start=2):
        project.write(name, "# changed\n")
        assert_good(project.run("test"))
        assert project.calls() == ["venv"] + ["pip"] * number


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
        assert project.calls() == ["venv", "pip"] * number, damage.__name__


def test_a_learners_own_environment_is_used_and_kept(project):
    venv.create(project.venv, symlinks=not WINDOWS)
    mine = project.venv / "mine.txt"
    mine.write_text("", encoding="utf-8")
    assert_good(project.run("test"))
    assert mine.exists()
    assert project.calls() == ["pip"]


def test_two_set_ups_at_once_do_the_work_once(project):
    both = [project.begin("test", UV_SECONDS="0.5") for _ in range(2)]
    texts = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], texts
    assert project.calls() == ["venv", "pip"]
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
    assert project.calls() == ["venv", "pip", "venv", "pip"]


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


# --- what goes wrong in it ---

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
    "uv, name not found": (
        "error: Request failed after 3 retries\n  cause: error sending request for url\n"
        "  cause: client error (Connect)\n  cause: dns error",
        "network",
    ),
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
    words, _ = WORDS["uv, name not found"]
    assert_one_sentence(project.run("start", UV_FAILS_AT=step, UV_SAYS=words), "network", "run this command again")
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


def test_a_terminal_without_the_letters_of_the_path(project):
    finished = project.run("test", UV_FAILS_AT="pip", UV_SAYS="é", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert finished.returncode == 1
    assert "my w?rkbook" in finished.stderr


# --- test and bench ---


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


def test_bench_has_an_environment_of_its_own(project):
    project.write("tests/benchmarks/bench_speed.py", "import sys; print(sys.prefix)")
    finished = project.run("bench")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    prefix = Path(finished.stdout.splitlines()[-1])
    assert prefix.resolve() == (project.root / ".venv-bench").resolve()
    assert not project.venv.exists()
    assert project.calls() == ["venv", "pip", "pip"]
    installed = (project.programs / "calls.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split()[-1] for line in installed] == ["requirements.txt", "tests/benchmarks/requirements.txt"]
    assert len(project.run("bench").stdout.splitlines()) == 2
    assert project.calls() == ["venv", "pip", "pip"]
    assert_good(project.run("test"))
    assert project.calls() == ["venv", "pip", "pip", "venv", "pip"]


def test_changed_files_are_installed_again_for_bench(project):
    assert project.run("bench").returncode == 0
    assert_good(project.run("test"))
    for folder, name in itertools.product(("", "tests/benchmarks/"), ("requirements.txt", "constraints.txt")):
        before = project.calls()
        project.write(folder + name, "# changed\n")
        assert project.run("bench").returncode == 0
        assert project.calls() == [*before, "pip", "pip"], folder + name
        assert_good(project.run("test"))
        assert project.calls() == [*before, "pip", "pip"] + ["pip"] * (folder == ""), folder + name


def test_bench_without_a_network(project):
    words, _ = WORDS["uv, name not found"]
    finished = project.run("bench", UV_FAILS_AT="pip", UV_SAYS=words)
    assert_one_sentence(finished, "network", "run this command again")
    assert "twice as fast" not in finished.stdout
    assert project.run("bench").returncode == 0


def test_bench_without_benchmarks_or_with_arguments(project):
    assert_one_sentence(project.run("bench", "fast"), "no arguments")
    (project.root / "tests/benchmarks/requirements.txt").unlink()
    assert_one_sentence(project.run("bench"), "tests/benchmarks/requirements.txt is missing")
    shutil.rmtree(project.root / "tests")
    assert_one_sentence(project.run("bench"), "no benchmarks")


# --- start ---


@contextlib.contextmanager
def lab(project: Project, *arguments: str, **more: str):
    """Start JupyterLab's stand-in; give the process, what was printed until it was up, and its address; end it."""
    process = project.begin("start", *arguments, **more)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    text = ""
    while "Ctrl-C" not in text and (line := process.stdout.readline()):
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
    note = project.venv / "workbook.server"
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
