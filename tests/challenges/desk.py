"""The learner's desk: check, hint, solution, reset and next, as `workbook.py` and the lessons call them.

Run it with: check [N] [--watch | --json], hint N, solution N [--give-up], reset N, reset lesson N, or next.
Exit codes: 0 where all that was asked about is solved or done, 1 where it is not yet, 2 where there is no such challenge.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import json
import re
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # run by its path: what is used is this copy of the workbook, whichever is installed
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from tests.challenges import lesson_copies
from tests.challenges.classroom import hints_read, record, workbook_copy
from tests.challenges.engine import checking, files
from tests.challenges.engine.results import NOT_STARTED, SOLVED, Result, is_starter
from tests.challenges.page import GREEN, ME, RED, Page, titled, what_next

WORK = files.ROOT / "work"
HINTS_SHOWN = WORK / ".hints.json"
ALIKE = 0.3  # of the lines of two solutions: fewer than these are not shown beside each other
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def challenges() -> dict[int, str]:
    """The numbers and names of the challenges there are."""
    return {int(name[:2]): name for name in files.names()}


def work_file(name: str) -> Path:
    return WORK / f"{name}.py"


# The commands. Each returns an exit code.


def check(arguments: argparse.Namespace) -> int:
    """Check one challenge, or all."""
    names = [find(arguments.number)] if arguments.number is not None else list(challenges().values())
    if arguments.watch:
        return watch(names[0] if arguments.number is not None else sys.exit(f"What to watch? {ME} check 4 --watch"))
    results = checking.check(names, WORK, *(["--briefly"] if arguments.json else []))
    if arguments.json:
        print(json.dumps([told(result) for result in results], indent=2))
    elif arguments.number is not None:
        Page().show(results[0])
    else:
        Page().show_all(results)
        print()
        print(what_next(results, WORK / "lessons"))
    return 0 if all(result.outcome == SOLVED for result in results) else 1


def told(result: Result) -> dict[str, Any]:
    """A result for a program that collects results; what its fields are: classroom/readme.md."""
    path = work_file(result.name)
    when = datetime.fromtimestamp(path.stat().st_mtime).isoformat(timespec="seconds") if path.is_file() else None
    commit = workbook_copy.commit_of(files.ROOT)
    return record.of(result, read_hints(), when, {"workbook": workbook_copy.fingerprint(result.name), "commit": commit})


def watch(name: str) -> int:
    """Check again at each save. The next checker is started before it is needed, so that the answer comes at once."""
    path, seen, page = work_file(name), (), Page()
    checker = checking.made_ready(name, WORK)
    try:
        while True:
            now = stamp(path)
            if now == seen:
                time.sleep(0.05)
                continue
            seen = now
            checker.go()
            result = checker.result()
            print("\033[2J\033[H" if sys.stdout.isatty() else "", end="")
            page.show(result)
            # Before it is said that Ctrl-C stops: not to be stopped half started.
            checker = checking.made_ready(name, WORK)
            print(f"\nWatching work/{path.name}: save it to check again, Ctrl-C to stop.", flush=True)
    except KeyboardInterrupt:
        print("\nStopped watching.")
        return 0
    finally:
        checker.stop()


def stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file is saved."""
    try:
        state = path.stat()
    except OSError:  # some editors delete a file for a moment
        return None
    return state.st_mtime_ns, state.st_size


def hint(arguments: argparse.Namespace) -> int:
    """Show the next hint for what is not met."""
    name = find(arguments.number)
    result = checking.check([name], WORK)[0]
    unmet = result.first_unmet
    if unmet is None:
        print(f"{titled(name)} is solved: there is nothing to hint at. ({ME} next)")
        return 0
    started = result.outcome != NOT_STARTED
    hints = unmet.hints if started else starting_hints(name)
    hints = hints or ["Read once more what check says: that is all there is to say."]
    shown = read_hints()
    before = shown.get(name)
    key = unmet.test if started else "start"
    number = 1 if started else 0  # check shows the first one
    if isinstance(before, dict) and before.get("for") == key and type(before.get("shown")) is int:
        number = max(before["shown"], 0)
    number = min(number, len(hints) - 1)
    print(f"{unmet.text if started else titled(name)}, hint {number + 1} of {len(hints)}:\n\n    {hints[number]}")
    if number + 1 == len(hints) and files.reference(name).is_file():
        print(f"\nThat was the last one. A solution, if you want it: {ME} solution {arguments.number} --give-up")
    keep_hints(shown | {name: hints_read.note_hint(before, key, number + 1)})
    return 1


def starting_hints(name: str) -> list[str]:
    """The hints for somebody who has not begun: START, the first of the challenge's hints."""
    for node in ast.parse(files.hints(name).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["START"]:
            return list(ast.literal_eval(node.value))
    return ["Read the docstring of the work file: what goes in, what comes out?"]


def read_hints() -> dict[str, Any]:
    """Which hints were shown: only how far somebody has read, so a lost file loses nothing."""
    try:
        found = json.loads(HINTS_SHOWN.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def keep_hints(shown: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # only how far somebody has read
        HINTS_SHOWN.write_text(json.dumps(shown) + "\n", encoding="utf-8")


def solution(arguments: argparse.Namespace) -> int:
    """Show a solution, beside the learner's own where the two are alike."""
    name = find(arguments.number)
    if not files.reference(name).is_file():
        print(f"This edition, for a class, has no solutions. What helps is a hint: {ME} hint {arguments.number}")
        return 1
    solved = checking.check([name], WORK)[0].outcome == SOLVED
    if not (solved or arguments.give_up):
        print(
            f"{titled(name)} is not solved yet. Another hint: {ME} hint {arguments.number}. "
            f"To see a solution all the same: {ME} solution {arguments.number} --give-up"
        )
        return 1
    path = work_file(name)
    if not solved:
        shown = read_hints()
        keep_hints(shown | {name: hints_read.note_giving_up(shown.get(name))})
    theirs = path.read_text(encoding="utf-8", errors="replace") if path.is_file() and not is_starter(path) else ""
    ours = files.reference(name).read_text(encoding="utf-8")
    mine, one = code_of(theirs), code_of(ours)
    if difflib.SequenceMatcher(None, mine, one).ratio() < ALIKE:  # hardly a line stands beside its like
        print(ours, end="")
        return 0
    page, paints = Page(), {"+": GREEN, "-": RED}
    for line in difflib.unified_diff(mine, one, "yours", "one solution", lineterm="", n=len(mine)):
        print(page.paint(line, paints[line[0]]) if line[:1] in paints else line)
    return 0


def code_of(source: str) -> list[str]:
    """The lines of a file without its docstrings, which say what the task is: what is compared is code."""
    lines: list[str | None] = list(source.splitlines())
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(source)):
            body = getattr(node, "body", None)
            if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None and len(body) > 1:
                for number in range(body[0].lineno - 1, body[0].end_lineno):
                    lines[number] = None
    return "\n".join(line for line in lines if line is not None).strip().splitlines()


def reset(arguments: argparse.Namespace) -> int:
    """Bring the starter of a challenge back, or a clean copy of a lesson; what was there is kept beside it."""
    if arguments.lesson:
        return reset_lesson(arguments.number)
    name = find(arguments.number)
    starter, path = files.starter(name), work_file(name)
    try:
        path.parent.mkdir(exist_ok=True)
        if path.is_file() and path.read_bytes() != starter.read_bytes():
            number = next(n for n in range(1, 10_000) if not path.with_suffix(f".{n}.bak").exists())
            path.replace(path.with_suffix(f".{number}.bak"))
            print(f"Yours is kept as work/{path.with_suffix(f'.{number}.bak').name}.")
        shutil.copyfile(starter, path)
    except OSError as error:
        print(
            f"work/{path.name} could not be written ({error.strerror or error}): allow yourself to write.",
            file=sys.stderr,
        )
        return 1
    print(f"work/{path.name} is the starter again.")
    return 0


def reset_lesson(number: str) -> int:
    """Bring a clean copy of a lesson back; what was there is kept beside it."""
    there = lesson_copies.lessons()
    if not re.fullmatch(r"\d{1,2}", number) or int(number) not in there:
        print(f"There is no lesson {number}: the numbers are {', '.join(map(str, there))}.", file=sys.stderr)
        return 2
    try:
        kept = lesson_copies.reset(int(number), WORK / "lessons")
    except OSError as error:
        print(lesson_copies.why_not(error, WORK / "lessons"), file=sys.stderr)
        return 1
    if kept:
        print(f"Yours is kept as {lesson_copies.shown(kept)}.")
    print(
        f"{lesson_copies.shown(lesson_copies.copy_of(there[int(number)], WORK / 'lessons'))} is as it is handed out again."
    )
    print("(Where it is open: File > Reload Notebook from Disk shows it.)")
    return 0


def next_one(arguments: argparse.Namespace) -> int:
    """Say what to do next."""
    print(what_next(checking.check(list(challenges().values()), WORK), WORK / "lessons"))
    return 0


def find(number: str) -> str:
    """The name of a challenge by its number; leaves with a sentence where there is none."""
    there = challenges()
    if not re.fullmatch(r"\d{1,2}", number or "") or int(number) not in there:
        print(f"There is no challenge {number}: the numbers are {', '.join(map(str, there))}.", file=sys.stderr)
        sys.exit(2)
    return there[int(number)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="workbook.py", description="Check your work, and see what comes next.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, command, number, purpose in (
        ("check", check, "?", "check one challenge, or all"),
        ("hint", hint, None, "the next hint for a challenge"),
        ("solution", solution, None, "a solution beside your own"),
        ("reset", reset, None, "the starter of a challenge again, or a clean lesson (reset lesson 3)"),
        ("next", next_one, 0, "what to do next"),
    ):
        of = commands.add_parser(name, help=purpose, description=purpose)
        of.set_defaults(command=command)
        if number != 0:
            of.add_argument("number", nargs=number, metavar="N", help="the number of the challenge")
        if name == "check":
            of.add_argument("--watch", action="store_true", help="check again at each save")
            of.add_argument("--json", action="store_true", help="for a program that collects results")
        if name == "solution":
            of.add_argument("--give-up", action="store_true", help="show it although it is not solved")
        if name == "reset":
            of.add_argument("--lesson", action="store_true", help="the lesson with this number, not its challenge")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:2] == ["reset", "lesson"]:
        given[1] = "--lesson"
    if given in (["reset", "--lesson"], ["hint"], ["solution"], ["reset"]):
        print(
            f"Which one? For example: {ME} {' '.join(given).replace('--', '')} {next(iter(challenges()))}",
            file=sys.stderr,
        )
        return 2
    chosen = parser.parse_args(given)
    return chosen.command(chosen)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a character that the terminal lacks must not end the program
        stream.reconfigure(errors="replace")
    try:
        code = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # such as `check | head`
        sys.stdout, code = None, 1
    sys.exit(code)
