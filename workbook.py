"""The learner's command line: it makes the workbook's own environment in .venv, then works inside it.

Standard library only, because it runs before anything is installed. The syntax is that of Python 3.6 on purpose: an old
Python has to read the whole file before it can say, in one sentence, that it is too old.
"""

import argparse
import collections
import contextlib
import difflib
import errno
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import webbrowser

OLDEST, THIS = (3, 11), sys.version_info[:2]
WINDOWS = os.name == "nt"
ROOT = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "workbook.stamp"
SERVER = VENV / "workbook.server"  # where the JupyterLab of `start` is, while it runs
REQUIREMENTS = ["requirements.txt"]  # what is installed into it, in this order
# Without its pyvenv.cfg (deleted half-way, say) .venv's Python is the system's own, where nothing may be installed.
IS_OURS = f"import sys; sys.exit(sys.prefix == sys.base_prefix or sys.version_info[:2] != {THIS})"
# Started from inside an environment, take the Python that it was made from: .venv's own may be about to be replaced.
BASE_PYTHON = sys.executable if sys.prefix == sys.base_prefix else getattr(sys, "_base_executable", sys.executable)
ME = ("py" if shutil.which("py") else "python") + " workbook.py" if WINDOWS else "python3 workbook.py"

# What installers say when they fail, and what it means for a learner. The first that matches is told.
REASONS = (
    (
        r"No space left|not enough space|WinError 112|os error (28|112)\b",
        "The disk is full, so the packages could not be installed: free about 1 GB and run this command again.",
    ),
    (
        r"No module named '?(venv|ensurepip)|ensurepip is\s+not\s+available",
        "This Python has no venv module, so it cannot make an environment: install it (on Debian and Ubuntu: "
        f"sudo apt install python{THIS[0]}.{THIS[1]}-venv) and run this command again.",
    ),
    (
        r"NewConnectionError|NameResolutionError|Failed to establish a new connection|Max retries exceeded|ProxyError"
        r"|SSLError|CERTIFICATE_VERIFY_FAILED|ConnectTimeout|ReadTimeout|Connection (aborted|broken|reset)|[Tt]imed out"
        r"|getaddrinfo failed|dns error|tcp connect error|error sending request"
        r"|[Nn]etwork (is unreachable|connectivity is disabled|was disabled)",
        "The packages could not be downloaded because the network did not answer: connect to the internet (behind a "
        "company proxy: set HTTPS_PROXY) and run this command again.",
    ),
    (
        r"Permission denied|Access is denied|not permitted|Read-only|WinError (5|32)\b|os error (5|13|30|32)\b",
        f"The folder {ROOT} could not be written: close the programs that use it, or move the workbook into a folder of "
        "your own, and run this command again.",
    ),
)


def say(text: str = "", end: str = "\n") -> None:
    """Print at once, also into a pipe."""
    print(text, end=end, flush=True)


def child_environment(**more: str) -> dict:
    """Return what activating .venv would set, without what would lead a child to another Python's packages."""
    misleading = {"PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "__PYVENV_LAUNCHER__"}
    misleading |= {"PYTHONOPTIMIZE", "PIP_TARGET", "PIP_PREFIX", "UV_SYSTEM_PYTHON"}  # without asserts no test can fail
    environment = {name: value for name, value in os.environ.items() if name not in misleading}
    environment["PATH"] = str(PYTHON.parent) + os.pathsep + os.environ.get("PATH", "")
    environment.update(VIRTUAL_ENV=str(VENV), PYTHONUTF8="1", PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", **more)
    return environment


def working_environment(**more: str) -> dict:
    """Return the environment in which the workbook's own code runs: this folder's, whatever copy of it is installed."""
    return child_environment(PYTHONPATH=str(ROOT), **more)


def wait_for(process: subprocess.Popen, meanwhile=lambda: None) -> int:
    """Return a child's exit code; wait in short steps, because Windows cannot interrupt a long wait with Ctrl-C."""
    while True:
        try:
            return process.wait(timeout=0.25)
        except subprocess.TimeoutExpired:
            meanwhile()


def stop(process: subprocess.Popen, patience: float = 0.0) -> None:
    """End a child that still runs; one that got the Ctrl-C as well has `patience` seconds to end by itself."""
    for end, seconds in ((process.poll, patience), (process.terminate, 10), (process.kill, 10)):
        try:
            end()
            process.wait(timeout=seconds)
            return
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            pass  # still running, or an impatient second Ctrl-C: on to the stronger way


def start_quietly(command: list, environment: dict, **options) -> tuple:
    """Start a command without showing its output; return the process, its lines so far, and the thread reading them."""
    process = subprocess.Popen(
        command,
        cwd=str(ROOT),
        env=environment,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )
    lines = collections.deque(maxlen=5000)
    written = (line.rstrip() for line in process.stdout if line.strip())
    reader = threading.Thread(target=lines.extend, args=(written,), daemon=True)
    reader.start()
    return process, lines, reader


def run_python(*arguments) -> int:
    """Run .venv's Python on this terminal, in the project's folder; return its exit code."""
    process = subprocess.Popen([str(PYTHON), *map(str, arguments)], cwd=str(ROOT), env=working_environment())
    try:
        return wait_for(process)
    finally:
        stop(process, patience=5)


def set_up() -> None:
    """Make .venv ready; do nothing when its stamp says that it was made for these files, this place and this Python."""
    for name in REQUIREMENTS:
        if not (ROOT / name).is_file():
            sys.exit(f"{name} is missing in the folder of workbook.py: download the whole workbook again.")
    if is_ready():
        return
    try:
        with one_at_a_time():
            if not is_ready():  # the set-up that this one waited for may have made it
                make_environment()
    except OSError as error:
        sys.exit(explain([str(error)]))


def wanted_stamp() -> list:
    """Return what .venv has to be made for: the Python, the place (environments cannot be moved), the files."""
    digest = hashlib.sha256()
    constraints = [name.replace("requirements", "constraints") for name in REQUIREMENTS]
    for name in (*REQUIREMENTS, *constraints, "pyproject.toml"):
        path = ROOT / name
        digest.update(name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
    return [f"Python {THIS}", ascii(str(ROOT)), digest.hexdigest()]


def found_stamp() -> list:
    """Return the lines of .venv's stamp: none in an environment that somebody else made."""
    try:
        return STAMP.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []


def is_ready() -> bool:
    """Whether .venv is complete, up to date, and runs."""
    return found_stamp() == wanted_stamp() and works("-c", IS_OURS)


def works(*arguments: str) -> bool:
    """Whether .venv's Python is there and can do this."""
    try:
        return (
            subprocess.call(
                [str(PYTHON), *arguments],
                env=child_environment(),
                timeout=60,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def make_environment() -> None:
    """Make or mend .venv and install the packages, with uv where there is one, else with pip."""
    uv, wanted = shutil.which("uv"), wanted_stamp()
    duration = "some seconds" if uv else "a minute or two"
    say(f"Setting up the workbook's environment in {VENV.name}: once, for {duration}.")
    # A sound environment of this Python and place is brought up to date; any other is replaced, so that no half stays.
    sound = found_stamp()[:2] in ([], wanted[:2]) and works("-c", IS_OURS)
    if not sound or not (uv or works("-m", "pip", "--version")):
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        elif VENV.exists():
            (VENV / "pyvenv.cfg").unlink(missing_ok=True)  # so that IS_OURS refuses what an interrupted removal leaves
            shutil.rmtree(str(VENV))
        # --seed adds pip, for a learner who wants to install something else
        tool = [uv, "venv", "--seed", "--python", BASE_PYTHON] if uv else [BASE_PYTHON, "-m", "venv"]
        run_step(f"1/{1 + len(REQUIREMENTS)} making the environment", [*tool, str(VENV)])
    STAMP.write_text("unfinished", encoding="utf-8")
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    tool = [uv, "pip", "install", "--python", str(PYTHON)] if uv else pip
    for number, name in enumerate(REQUIREMENTS, start=2):
        title = f"{number}/{1 + len(REQUIREMENTS)} installing the packages with {'uv' if uv else 'pip'}"
        run_step(title, [*tool, "-r", name])
    STAMP.write_text("\n".join(wanted), encoding="utf-8")


def run_step(title: str, command: list) -> None:
    """Run an installer with one moving line of progress, and leave with a clear sentence if it fails."""
    process, lines, reader = start_quietly(command, child_environment())
    began = told = time.monotonic()
    terminal, width = sys.stdout.isatty(), shutil.get_terminal_size().columns - 1

    def tell():
        nonlocal told
        text = f"  {title}: {time.monotonic() - began:.0f} s  {lines[-1].strip() if lines else ''}"[:width]
        if terminal:
            say("\r" + text.ljust(width), end="")
        elif time.monotonic() - told > 15:  # a log file: seldom, and on a line of its own
            told = time.monotonic()
            say(text)

    try:
        code = wait_for(process, meanwhile=tell)
    finally:
        stop(process, patience=3)
        say("\r" + " " * width + "\r" if terminal else "", end="")
    reader.join(timeout=5)
    if code:
        sys.exit(explain(list(lines)))
    say(f"  {title}: done in {time.monotonic() - began:.0f} s")


def explain(lines: list) -> str:
    """Turn an installer's last words into words for a learner."""
    words = "\n".join(lines)
    sentence = next((sentence for pattern, sentence in REASONS if re.search(pattern, words)), None)
    if sentence is None:
        sentence = "\n    ".join(["The set-up failed: read its last lines, then run this command again.", *lines[-8:]])
    with contextlib.suppress(OSError):
        (VENV / "install.log").write_text(words, encoding="utf-8")
        sentence += f"\n(The whole log: {VENV / 'install.log'})"
    return sentence


@contextlib.contextmanager
def one_at_a_time():
    """Let two set-ups wait for each other. The lock is on this very file, so no lock file is left over to go stale."""
    with (ROOT / "workbook.py").open("rb", buffering=0) as handle:
        if not lock(handle):
            say("Another set-up of this folder is running: waiting for it to finish (Ctrl-C stops waiting).")
            while not lock(handle):
                time.sleep(0.2)
        yield


def lock(handle) -> bool:
    """Take the lock, which the system frees when its holder ends; False if another process has it."""
    try:
        if WINDOWS:
            import msvcrt

            handle.seek(1 << 30)  # far behind the end, because there nobody else may read what is locked
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EACCES)  # else a file system without locks: do without
    return True


def start(arguments: list) -> int:
    """Open a lesson in JupyterLab, and keep its server running until Ctrl-C."""
    parser = argparse.ArgumentParser(prog=ME + " start", allow_abbrev=False)
    parser.add_argument("lesson", nargs="?", default="1", help="its number (default: 1)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--ip",
        default="127.0.0.1",
        choices=("127.0.0.1", "0.0.0.0"),
        help="0.0.0.0 lets in others than this machine: needed in a container that publishes its port",
    )
    options = parser.parse_args(arguments)
    lesson = find_lesson(options.lesson)
    set_up()
    lesson = own_copy(lesson)
    running = running_server()
    if running:
        announce(lesson, lesson_address(running, lesson), options.no_browser)
        say("JupyterLab was running already: stop it with Ctrl-C in the terminal where it was started.")
        return 0
    say("Starting JupyterLab ...")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server, lines, reader = start_server(pathlib.Path(folder), options.ip)
        try:
            address = address_of(server, pathlib.Path(folder), lesson)
            if address:
                announce(lesson, address, options.no_browser)
                say("Stop with Ctrl-C in this terminal; what you have saved stays. Go on with the same command.")
                if wait_for(server) == 0:
                    say("JupyterLab was shut down from its menu.")
                    return 0
        finally:
            stop(server)
            forget_server()
    reader.join(timeout=5)
    advice = "JupyterLab stopped by itself: read its last lines, delete the folder .venv and run this command again."
    sys.exit("\n    ".join([advice, *list(lines)[-8:]]))


def find_lesson(number: str) -> pathlib.Path:
    """Return the notebook of a lesson."""
    lessons = lesson_files()
    if number.zfill(2) not in lessons:
        sys.exit(f"There is no lesson {number}: choose from {', '.join(lessons) or 'none'}.")
    return lessons[number.zfill(2)]


def lesson_files() -> dict:
    """Return the notebooks that are here, by number."""
    return {path.name[:2]: path for path in sorted((ROOT / "lessons").glob("[0-9][0-9]_*.ipynb"))}


def own_copy(lesson: pathlib.Path) -> pathlib.Path:
    """Bring the learner's own copies of the lessons up to date, which says what it does; return this lesson's."""
    if run_python(ROOT / "tests" / "challenges" / "lesson_copies.py"):
        sys.exit(1)  # it has said why
    return ROOT / "work" / "lessons" / lesson.name


def running_server() -> dict:
    """Return what the server that another `start` of this folder runs has noted about itself; {} where none answers."""
    try:
        told = json.loads(SERVER.read_text(encoding="utf-8"))
        # Only our own server takes its token, should another program listen there by now.
        asked = urllib.request.Request(server_address(told) + "api/status?token=" + told["token"])
        no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with no_proxy.open(asked, timeout=5) as answer:
            return told if "started" in json.loads(answer.read().decode("utf-8")) else {}
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return {}


def remember_server(told: dict) -> None:
    """Note where the server is, for the next `start`; its token lets in, so that nobody else may read it."""
    if running_server():
        return  # two were started at the same moment: the other one is noted
    with contextlib.suppress(OSError):
        SERVER.unlink(missing_ok=True)
        handle = os.open(str(SERVER), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(told, file)


def forget_server() -> None:
    """Take the note away, unless it is of another server that runs still."""
    with contextlib.suppress(OSError):
        if SERVER.is_file() and not running_server():
            SERVER.unlink(missing_ok=True)


def server_address(told: dict) -> str:
    """Return the address of a server, from what it has noted about itself."""
    return f"{'https' if told['secure'] else 'http'}://127.0.0.1:{told['port']}{told['base_url']}"


def lesson_address(told: dict, lesson: pathlib.Path) -> str:
    """Return the address at which a server opens a lesson."""
    path = urllib.parse.quote(lesson.relative_to(ROOT).as_posix())
    return f"{server_address(told)}lab/tree/{path}?token={told['token']}"


def start_server(folder: pathlib.Path, ip: str) -> tuple:
    """Start JupyterLab, which notes its address in this folder and reads there that it should not ask about news."""
    settings = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (folder / "overrides.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [
        str(PYTHON),
        "-m",
        "jupyterlab",
        "--no-browser",
        "--ip=" + ip,
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.app_settings_dir={folder}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    # In a group of its own the server does not get Ctrl-C, which it would answer with a question: we stop it instead.
    group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if WINDOWS else {"start_new_session": True}
    return start_quietly(command, working_environment(JUPYTER_RUNTIME_DIR=str(folder)), **group)


def address_of(server: subprocess.Popen, folder: pathlib.Path, lesson: pathlib.Path, seconds: float = 120) -> str:
    """Wait until the server notes where it listens; return the lesson's address, "" if it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < deadline:
        for note in folder.glob("jpserver-*.json"):
            with contextlib.suppress(OSError, ValueError):  # not yet written to its end
                told = json.loads(note.read_text(encoding="utf-8"))
                remember_server(told)
                return lesson_address(told, lesson)
        time.sleep(0.1)
    return ""


def announce(lesson: pathlib.Path, address: str, no_browser: bool) -> None:
    """Open the lesson in a browser where there is one, and say where it is."""
    screen = WINDOWS or sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    opened = bool(screen) and not no_browser and webbrowser.open(address)
    say(
        f"{lesson.name} is open in your browser; should you not see it, open this address:"
        if opened
        else f"Open {lesson.name} in a browser, at this address:"
    )
    say(f"\n    {address}\n")


def test(arguments: list) -> int:
    """Run pytest in the project's folder, with all arguments passed on."""
    set_up()
    return run_python("-m", "pytest", *arguments)


def use_bench_environment() -> None:
    """From now on, work in an environment of the benchmarks' own: .venv keeps the versions that the lessons need."""
    global VENV, PYTHON, STAMP
    own = ROOT / ".venv-bench"
    VENV, PYTHON, STAMP = own, own / PYTHON.relative_to(VENV), own / STAMP.name
    REQUIREMENTS.append("tests/benchmarks/requirements.txt")


def bench(arguments: list) -> int:
    """Run every benchmark, each in a process of its own, where the libraries to compare with are installed as well."""
    if arguments:
        sys.exit(f"bench takes no arguments: run {ME} bench.")
    scripts = sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py"))
    if not scripts:
        sys.exit("There are no benchmarks here: tests/benchmarks holds no bench_*.py.")
    use_bench_environment()
    set_up()
    codes = []
    for script in scripts:
        say(f"== {script.stem}")
        codes.append(run_python(script))
    return int(any(codes))


def at_the_desk(command: str):
    """Return the command of this name: the learner's desk runs it, because it needs the packages."""

    def run(arguments: list) -> int:
        set_up()
        return run_python(ROOT / "tests" / "challenges" / "desk.py", command, *arguments)

    return run


COMMANDS = {
    "start": (start, "open lesson 01, a copy of your own, in JupyterLab (start 2: lesson 02)"),
    "check": (at_the_desk("check"), "check your work (check 4: one challenge; check 4 --watch: at each save)"),
    "hint": (at_the_desk("hint"), "the next hint for a challenge (hint 4)"),
    "solution": (at_the_desk("solution"), "a solution beside yours (solution 4, when solved or with --give-up)"),
    "reset": (at_the_desk("reset"), "a challenge or a lesson anew; yours is kept (reset 4, reset lesson 4)"),
    "next": (at_the_desk("next"), "what to do next"),
    "test": (test, "run every test (pytest's own arguments work too: test -k window)"),
    "bench": (bench, "measure speed, side by side with other code"),
}


def main(arguments: list) -> int:
    """Run one command, or say what there is; return the exit code."""
    if THIS < OLDEST:
        found, oldest = sys.version.split()[0], ".".join(map(str, OLDEST))
        sys.exit(
            f"This is Python {found}, but the workbook needs {oldest} or newer: get one from "
            "https://www.python.org/downloads/ and run this command with it."
        )
    if arguments and arguments[0] in COMMANDS:
        return COMMANDS[arguments[0]][0](arguments[1:])
    if arguments and arguments[0] not in ("-h", "--help", "help"):
        near = difflib.get_close_matches(arguments[0].lower(), COMMANDS, n=1) or [", ".join(COMMANDS)]
        sys.exit(f"There is no command {arguments[0]}: try {' or '.join(near)}.")
    say("The Chat Memory Workbook: why a chat model forgets, and what your code can do about it.\n")
    for name, (_, purpose) in COMMANDS.items():
        say(f"  {ME} {name:<9}{purpose}")
    say(f"\nLessons here: {', '.join(path.stem for path in lesson_files().values()) or 'none yet'}.")
    say(f"Begin with {ME} start: the first command sets everything up in .venv, once.")
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a character that the terminal cannot show must not end the program
            stream.reconfigure(errors="replace")
    for ending in {"SIGTERM", "SIGHUP"} & set(dir(signal)):  # told to end, or terminal closed: leave no server behind
        signal.signal(getattr(signal, ending), lambda number, frame: sys.exit(128 + number))
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped. The same command starts it again.", file=sys.stderr)
        sys.exit(130)
