"""Executes lessons and stores their outputs: `python -m tests.rebuild_lessons 4 5`, or all of them without a number.

The offline model answers, so that the outputs are the same everywhere. What is stored beside them stays as it was, but
for what each cell is on slides: `tests/lessons/slides.py` has the rule.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from .lessons.slides import stamp

LESSONS = Path(__file__).resolve().parents[1] / "lessons"


def rebuild(path: Path) -> None:
    """Execute a notebook from top to bottom, where it lies, and write it back. Raises what one of its cells raises."""
    notebook = nbformat.read(path, as_version=4)
    kept = notebook.metadata.get("language_info")
    os.environ["WORKBOOK_OFFLINE"] = "1"
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, resources=where, record_timing=False, coalesce_streams=True).execute()
    if kept:  # the kernel writes down its version of Python
        notebook.metadata["language_info"] = kept
    stamp(notebook)
    nbformat.write(notebook, path)


def main(numbers: list[str]) -> None:
    wanted = {number.zfill(2) for number in numbers}
    lessons = {path.name[:2]: path for path in sorted(LESSONS.glob("*.ipynb"))}
    if unknown := wanted - lessons.keys():
        sys.exit(f"There is no lesson {', '.join(sorted(unknown))}: choose from {', '.join(lessons)}.")
    for number, path in lessons.items():
        if not wanted or number in wanted:
            print(path.name, flush=True)
            rebuild(path)


if __name__ == "__main__":
    main(sys.argv[1:])
