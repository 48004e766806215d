"""Right work on a busy machine: every reference solution is checked again and again beside busy loops, and must pass.

Run it by hand, with the workbook's Python; it takes some minutes:

    python tests/challenges/under_load.py [--times 10] [--loops 4] [--all] [N …]

It is no part of the suite, because it makes the machine busy on purpose. Exit code 1 if any right work was refused.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":  # run by its path, as the desk is
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from tests.challenges.desk import challenges
from tests.challenges.engine import files
from tests.challenges.engine.own_process import Checker
from tests.challenges.engine.results import SOLVED


def spin() -> None:
    """Keep a processor busy."""
    while True:
        pass


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """A machine on which this many programs compute all the time."""
    running = [multiprocessing.Process(target=spin, daemon=True) for _ in range(loops)]
    for process in running:
        process.start()
    try:
        yield
    finally:
        for process in running:
            process.kill()


def refusals(name: str, solution: Path, times: int) -> list[str]:
    """What is said of a right solution that is refused, time by time; nothing where it is always solved."""
    said = []
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(solution, Path(folder) / f"{name}.py")
        for _ in range(times):
            checker = Checker(name, Path(folder))
            checker.go()
            result = checker.result()
            if result.outcome != SOLVED:
                said.append(f"{result.first_unmet.text}: {result.first_unmet.explained}")
    return said


def main() -> int:
    """Check them all, and say how often each was refused."""
    parser = argparse.ArgumentParser(description="Check right work on a busy machine.")
    parser.add_argument("numbers", nargs="*", type=int, metavar="N", help="only these challenges")
    parser.add_argument("--times", type=int, default=10, help="how often each solution is checked (10)")
    parser.add_argument("--loops", type=int, default=4, help="how many busy loops run beside it (4)")
    parser.add_argument("--all", action="store_true", help="every solution, not only the reference")
    chosen = parser.parse_args()
    refused = 0
    with busy(chosen.loops):
        for number, name in challenges().items():
            if chosen.numbers and number not in chosen.numbers:
                continue
            for solution in files.solutions(name) if chosen.all else [files.reference(name)]:
                began = time.monotonic()
                said = refusals(name, solution, chosen.times)
                refused += len(said)
                passed, each = chosen.times - len(said), (time.monotonic() - began) / chosen.times
                print(f"{name}/{solution.stem}: {passed} of {chosen.times} passed, {each:.1f} s each", flush=True)
                print(*said, sep="\n", end="\n" if said else "")
    return int(refused > 0)


if __name__ == "__main__":
    sys.exit(main())
