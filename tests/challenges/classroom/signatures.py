"""What the checkers say of each mistake, written anew: run it with `python -m tests.challenges.classroom.signatures [N …]`.

It takes some minutes for all. The suite says when what is kept is out of date.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

from tests.challenges.engine import files

from . import marking, naming, report


def says(path: Path) -> str:
    """What a mistake is, in its own sentence."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem).splitlines()[0]


def main(numbers: list[str]) -> None:
    """Check the mistakes of these challenges, or of all, and write down what is said of them."""
    known = dict(naming.known())
    names = [name for name in files.names() if not numbers or name[:2] in {number.zfill(2) for number in numbers}]
    jobs = {path: marking.Job(name, path.read_bytes()) for name in names for path in files.mistakes(name)}
    marking.mark([*jobs.values()], lambda job: print(".", end="", flush=True))
    for name in names:
        known[name] = {
            path.stem: {"says": says(path), "said": naming.signature_of(jobs[path].result)}
            for path in files.mistakes(name)
        }
    report.write(naming.SIGNATURES, in_lines(known))
    print()


def in_lines(known: dict) -> str:
    """One line for each mistake, so that a change of one is a change of one line."""
    parts = []
    for name, mistakes in sorted(known.items()):
        lines = [f"  {json.dumps(one)}: {json.dumps(mistakes[one], ensure_ascii=False)}" for one in sorted(mistakes)]
        parts.append(f" {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main(sys.argv[1:])
