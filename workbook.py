"""The learner's command line: it makes the workbook's own environment in .venv, then works inside it.

Standard library only, also in set_up/, because it runs before anything is installed. The syntax of this file is that of
Python 3.6 on purpose: an old Python has to read all of it before it can say, in one sentence, that it is too old.
"""

import argparse
import contextlib
import difflib
import os
import pathlib
import shutil
import signal
import sys
import time

OLDEST, THIS = (3, 11), sys.version_info[:2]
if THIS < OLDEST:
    sys.exit(
        f"This is Python {sys.version.split()[0]}, but the workbook needs {'.'.join(map(str, OLDEST))} or newer: get one "
        "from https://www.python.org/downloads/ and run this command with it."
    )
ROOT = pathlib.Path(__file__).resolve().parent
if not (ROOT / "set_up").is_dir():
    sys.exit("set_up is missing in the folder of workbook.py: download the whole workbook again.")
sys.path.insert(0, str(ROOT))  # also where Python is told not to look beside a script

from set_up import open_here
from set_up.environment import BENCH, OWN, SITE, TESTS
from set_up.jupyterlab import open_lesson
from set_up.local_model import local_model
from set_up.processes import say
from set_up.running_jupyterlab import find as running_jupyterlab

ME = ("py" if shutil.which("py") else "python") + " workbook.py" if os.name == "nt" else "python3 workbook.py"


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
    parser.add_argument("--local", action="store_true", help="with a real, very small model on this machine")
    options = parser.parse_args(arguments)
    lesson = find_lesson(options.lesson)
    OWN.set_up()
    running = running_jupyterlab()
    if options.local and running and not running.get("model"):
        sys.exit("JupyterLab is running already, with another model: stop it there with Ctrl-C, then start --local.")
    if running or not options.local:
        return open_lesson(own_copy(lesson), options.ip, options.no_browser)
    with local_model() as settings:
        return open_lesson(own_copy(lesson), options.ip, options.no_browser, settings)


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
    if OWN.run(ROOT / "tests" / "challenges" / "lesson_copies.py"):
        sys.exit(1)  # it has said why
    return ROOT / "work" / "lessons" / lesson.name


def test(arguments: list) -> int:
    """Run pytest in the project's folder, with all arguments passed on."""
    TESTS.set_up()
    return TESTS.run("-m", "pytest", *arguments)


def bench(arguments: list) -> int:
    """Run every benchmark, each in a process of its own, where the libraries to compare with are installed as well."""
    if arguments:
        sys.exit(f"bench takes no arguments: run {ME} bench.")
    scripts = sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py"))
    if not scripts:
        sys.exit("There are no benchmarks here: tests/benchmarks holds no bench_*.py.")
    BENCH.set_up()
    codes = []
    for script in scripts:
        say(f"== {script.stem}")
        codes.append(BENCH.run(script))
    return int(any(codes))


def compare(arguments: list) -> int:
    """Compare strategies of memory, by what they recall and what that costs. Files are those of the folder one is in."""
    OWN.set_up()
    return OWN.run(ROOT / "tests" / "benchmarks" / "compare.py", "--from", os.getcwd(), *arguments)


def serve(arguments: list) -> int:
    """Keep the offline model answering over HTTP, for any client, until Ctrl-C. Files are those of the folder one is in."""
    OWN.set_up()
    return OWN.run("-m", "mock_model.over_http", "--from", os.getcwd(), *arguments)


def clients(arguments: list) -> int:
    """Run other people's clients on the offline model's server, each in an environment of its own."""
    OWN.set_up()
    return OWN.run("-m", "tests.clients.run", *arguments)


def verify(arguments: list) -> int:
    """Hold what the lessons claim of every chat API against the one that .env names, or with --local a small model."""
    OWN.set_up()
    rest = [argument for argument in arguments if argument != "--local"]
    if rest == arguments or {"-h", "--help"} & set(rest):
        return OWN.run("-m", "tests.contract.verify", *arguments)
    with local_model() as settings:
        return OWN.run("-m", "tests.contract.verify", *rest, **settings)


def local(arguments: list) -> int:
    """Let a small model answer: to one program, which is named with its arguments, or else to any, until Ctrl-C."""
    program = (pathlib.Path.cwd() / arguments[0]) if arguments else None
    if arguments and arguments[0] in ("-h", "--help"):
        say(f"{ME} local examples/07_chat_memory.py --interactive: run a program with the small model.")
        say(f"{ME} local: let the model answer any program, until Ctrl-C.")
        return 0
    if program and not program.is_file():
        sys.exit(f"There is no program {program}: name a Python file, such as examples/07_chat_memory.py.")
    OWN.set_up()
    with local_model() as settings:
        if program:
            return OWN.run(program, *arguments[1:], **settings)
        say(
            f"It answers at {settings['OPENAI_BASE_URL']}, as the model {settings['OPENAI_MODEL']}. Stop it with Ctrl-C."
        )
        while True:
            time.sleep(1)


def of_a_class(arguments: list) -> int:
    """Check the work of many learners. Folders are those of the folder one is in."""
    OWN.set_up()
    return OWN.run("-m", "tests.challenges.classroom", "--from", os.getcwd(), *arguments)


def export(arguments: list) -> int:
    """Make an edition for learners, without solutions and mistakes."""
    OWN.set_up()
    return OWN.run("-m", "tests.challenges.classroom.student_edition", "--from", os.getcwd(), *arguments)


def site(arguments: list) -> int:
    """Build the site on which the workbook runs in a browser, or with --open hand out one that is built until Ctrl-C."""
    if "--open" not in arguments:
        SITE.set_up()
        return SITE.run("-m", "website.build", "--from", os.getcwd(), *arguments)
    parser = argparse.ArgumentParser(prog=ME + " site", allow_abbrev=False)
    parser.add_argument(
        "--open", nargs="?", default=None, metavar="FOLDER", help="a site that is built (default: site)"
    )
    parser.add_argument("--port", type=int, default=open_here.PORT)
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    options = parser.parse_args(arguments)
    folder = pathlib.Path(options.open) if options.open else ROOT / "site"
    if not (folder / "index.html").is_file():
        sys.exit(f"There is no site in {folder} yet: build it with {ME} site.")
    open_here.serve(folder.resolve(), options.port, not options.no_browser)
    return 0


def at_the_desk(command: str):
    """Return the command of this name: the learner's desk runs it, because it needs the packages."""

    def run(arguments: list) -> int:
        OWN.set_up()
        return OWN.run(ROOT / "tests" / "challenges" / "desk.py", command, *arguments)

    return run


COMMANDS = {
    "start": (start, "open lesson 01, a copy of your own, in JupyterLab (start 2: lesson 02)"),
    "check": (at_the_desk("check"), "check your work (check 4: one challenge; check 4 --watch: at each save)"),
    "hint": (at_the_desk("hint"), "the next hint for a challenge (hint 4)"),
    "solution": (at_the_desk("solution"), "a solution beside yours (solution 4, when solved or with --give-up)"),
    "reset": (at_the_desk("reset"), "a challenge or a lesson anew; yours is kept (reset 4, reset lesson 4)"),
    "next": (at_the_desk("next"), "what to do next"),
    "class": (of_a_class, "check the work of a class: a folder or a zip file for each (class FOLDER)"),
    "export": (export, "an edition for learners, without solutions (export --student)"),
    "compare": (compare, "what each memory recalls and costs, yours beside them (compare work/my_memory.py)"),
    "serve": (serve, "the offline model for any OpenAI client, over HTTP (serve --port 8000)"),
    "clients": (clients, "what other people's libraries can do with the offline model (clients langchain)"),
    "verify": (verify, "what the lessons claim of every chat API, on the one of .env (verify --local: a small model)"),
    "local": (local, "run a program with a small real model (local examples/01_stateless_calls.py)"),
    "site": (site, "build the site that runs in a browser (site --offline), open it (site --open)"),
    "test": (test, "run every test (pytest's own arguments work too: test -k window)"),
    "bench": (bench, "measure speed, side by side with other code"),
}
if (ROOT / ".student-edition").exists():
    for teachers in ("class", "export", "clients", "verify", "site", "bench"):
        del COMMANDS[teachers]


def main(arguments: list) -> int:
    """Run one command, or say what there is; return the exit code."""
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
