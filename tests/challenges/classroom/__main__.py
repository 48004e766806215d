"""The command class: the work files of many learners checked, and what came of them in a table, as CSV and as JSON.

Run it with: class FOLDER [--to FOLDER] [--only N …] [--again] [--container] [--yes].
Exit codes: 0 where all was checked, 1 where something could not be, 2 where there is nothing to check, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.challenges.engine import files
from tests.challenges.engine.results import ME

from . import container, landlock, marking, report, submissions, table
from .found_files import Learner, Refused

WRITTEN_EVERY = 10  # files
FENCES = "in processes of their own, with limits on time, memory and files, without your keys, settings and home folder"
LINUX = "Linux keeps them to a folder of their own and off the network."
ELSEWHERE = "This system has no fence that holds against code written to get out"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a class; return the exit code."""
    options = parsed(arguments)
    place = (options.start / options.folder).resolve()
    target = (options.start / options.to).resolve() if options.to else place.with_name(f"{place.stem}-results")
    names = [name for name in files.names() if not options.only or int(name[:2]) in options.only]
    try:
        learners = submissions.learners_in(place)
    except (Refused, OSError) as refused:
        print(refused, file=sys.stderr)
        return 2
    if options.again:
        (target / report.KEPT).unlink(missing_ok=True)
    known = report.Known(target)
    jobs = report.jobs_for(learners, names, known)
    print(
        f"{len(learners)} {'learners' if len(learners) != 1 else 'learner'} in {place.name}: {how_many(jobs, learners, names)}."
    )
    if jobs and not options.inside and not agreed(options.yes, options.container):
        return 2
    if jobs and options.container:
        return container.run(place, target, options.only)
    stopped = checked(jobs, known)
    told = report.of_class(learners, names, known)
    report.write_all(target, told, known)
    print(f"\n{table.as_text(told, names, signs())}\n\nWritten: {target / report.CSV} and {report.JSON}.")
    return 130 if stopped else any_unreadable(told)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"{ME} class", description="Check the work files of a class.")
    parser.add_argument(
        "folder", type=Path, help="a folder with one folder, zip file or clone for each learner; or a zip file"
    )
    parser.add_argument(
        "--to", type=Path, help="where class.csv and class.json are written (default: FOLDER-results beside it)"
    )
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="only these challenges")
    parser.add_argument("--again", action="store_true", help="check everything anew, also what has not changed")
    parser.add_argument(
        "--container", action="store_true", help="in a container of docker or podman, without a network"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask whether their code may run")
    parser.add_argument("--from", dest="start", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def how_many(jobs: Sequence[marking.Job], learners: Sequence[Learner], names: Sequence[str]) -> str:
    handed_in = sum(name in names for learner in learners for name in learner.work)
    said = f"{handed_in} work files, {len(jobs)} to check"
    return said if len(jobs) == handed_in else f"{said} (the others are unchanged, alike, or starters)"


def agreed(yes: bool, in_container: bool) -> bool:
    """Whether the code of others may run here: it is said what that means, and asked, unless it was said beforehand."""
    if in_container:
        print("To check their files, their code is run: in a container without a network.")
    else:
        fence = LINUX if landlock.edition() else f"{ELSEWHERE}: --container is safer."
        print(f"To check their files, their code is run on this machine: {FENCES}. {fence}")
    if yes:
        return True
    if not sys.stdin or not sys.stdin.isatty():
        print("Nobody is there to ask: add --yes where that is all right.", file=sys.stderr)
        return False
    return input("Run it? [y/N] ").strip().lower() in ("y", "yes")


def checked(jobs: Sequence[marking.Job], known: report.Known) -> bool:
    """Check all files, showing how far it is; whether it was stopped on the way. What is done by then is kept."""
    bar = Bar(len(jobs))

    def tell(job: marking.Job) -> None:
        known.put(job)
        if bar.step(job) % WRITTEN_EVERY == 0:
            known.write()  # what is done is not lost, however this ends

    try:
        if jobs:
            marking.mark(jobs, tell)
    except KeyboardInterrupt:
        print("\nStopped. What is checked by now is kept: the same command goes on from here.", file=sys.stderr)
        return True
    finally:
        bar.end()
    return False


class Bar:
    """How far it is, on one line of a terminal; nothing where there is none, until the end."""

    def __init__(self, count: int) -> None:
        self._count, self._done, self._began, self._seconds = count, 0, time.monotonic(), 0.0
        self._shown = sys.stdout.isatty()

    def step(self, job: marking.Job) -> int:
        """One file more is done; returns how many are."""
        self._done += 1
        self._seconds += job.seconds
        passed = time.monotonic() - self._began
        left = passed / self._done * (self._count - self._done)
        width = max(10, min(40, shutil.get_terminal_size().columns - 40))
        full = width * self._done // self._count
        if self._shown:
            bar = "#" * full + "." * (width - full)
            print(f"\r{bar} {self._done} of {self._count}, about {left:.0f} s left ", end="", flush=True)
        return self._done

    def end(self) -> None:
        if self._done:
            passed = time.monotonic() - self._began
            print(
                f"{chr(13) * self._shown}Checked {self._done} files in {passed:.0f} s ({self._seconds:.0f} s of the processor)."
            )


def signs() -> dict[str, str]:
    """The signs of the table, as the terminal has them."""
    try:
        "✓✗·".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return table.LETTERS
    return table.SIGNS


def any_unreadable(told: Sequence[dict]) -> int:
    return int(any(one["outcome"] == table.UNREADABLE for learner in told for one in learner["challenges"]))


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a character that the terminal lacks must not end the program
        stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    try:
        code = main()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
