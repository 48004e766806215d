"""Lessons on whatever model the settings name: `python -m tests.lessons.on_a_server 1 2`, or all without a number.

A real model words its answers differently each time, so no outputs are compared: a lesson has to run to its end, in a folder of
its own. With `--keep FOLDER` the notebooks are written there as they ran, to read what the model said. Exit code 1 when a cell
of a lesson ended with an error; those that a lesson shows on purpose do not count.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from common import SETTINGS

from .notebook import LESSONS

NOTED = "WORKBOOK_REQUESTS"  # the environment's name for the file in which a lesson notes its requests
# Runs in the kernel before a lesson: requests of `get_client()`'s clients are noted, with retries; an `offline_server`'s are not.
COUNTING = f"""
import os
import common

def _noted(get):
    def note(request):
        with open(os.environ["{NOTED}"], "a", encoding="utf-8") as file:
            file.write(request.method + " " + request.url.path + "\\n")
    async def note_async(request):
        note(request)
    def noting():
        client = get()
        hooks = client._client.event_hooks
        hook = note if get.__name__ == "get_client" else note_async
        client._client.event_hooks = {{**hooks, "request": [*hooks["request"], hook]}}
        return client
    return noting

common.get_client, common.get_async_client = _noted(common.get_client), _noted(common.get_async_client)
del _noted
"""


@dataclass
class Ran:
    """How a lesson ran: its code cells, the requests to the model that the settings name, and the cells that failed."""

    lesson: str
    cells: int = 0
    requests: int = 0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)  # seconds, and which cell
    failed: list[tuple[int, str]] = field(default_factory=list)  # the cell's number, and the error in one line

    def __str__(self) -> str:
        slow, cell = self.slowest
        line = f"{self.lesson:28} {self.cells:3} cells {self.requests:5} requests {self.seconds:6.0f} s, cell {cell} {slow:.0f} s"
        return "\n".join([line, *(f"    cell {number}: {error}" for number, error in self.failed)])


def run(numbers: Iterable[int] = (), patience: float = 1800, keep: Path | None = None) -> Iterator[Ran]:
    """Run lessons, all unless `numbers` says which, and yield how each ran.

    A cell that takes longer than `patience`, in seconds, is interrupted. `keep` is a folder for the
    notebooks as they ran, with what the model said; it is made if need be.
    """
    wanted = {f"{number:02}" for number in numbers}
    for path in LESSONS:
        if not wanted or path.name[:2] in wanted:
            yield _run(path, patience, keep)


def _run(path: Path, patience: float, keep: Path | None) -> Ran:
    notebook, ran = nbformat.read(path, as_version=4), Ran(path.stem)
    shown = notebook.cells[:]
    notebook.cells.insert(0, nbformat.v4.new_code_cell(COUNTING))
    begun = 0.0

    def begin(**_: Any) -> None:
        nonlocal begun
        begun = time.monotonic()

    def end(cell: Any, cell_index: int, **_: Any) -> None:
        if cell_index and cell.cell_type == "code":
            ran.cells += 1
            ran.slowest = max(ran.slowest, (time.monotonic() - begun, cell_index))
            ran.failed += [(cell_index, error) for error in _errors(cell)]

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        noted = Path(folder, "requests")
        noted.touch()
        options: dict[str, Any] = {"allow_errors": True, "interrupt_on_timeout": True, "record_timing": False}
        client = NotebookClient(notebook, timeout=int(patience), coalesce_streams=True, **options)
        client.extra_arguments = ["--log-level=ERROR"]
        client.resources = {"metadata": {"path": folder}}
        client.on_cell_execute, client.on_cell_executed = begin, end
        started = time.monotonic()
        try:
            client.execute(env={**os.environ, NOTED: str(noted)})
        except (DeadKernelError, AssertionError):  # the latter where nbclient cannot clean up after the former
            ran.failed.append((ran.cells + 1, "the kernel died"))
        ran.seconds, ran.requests = time.monotonic() - started, len(noted.read_text("utf-8").splitlines())
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        notebook.cells = shown
        nbformat.write(notebook, keep / path.name)
    return ran


def _errors(cell: Any) -> list[str]:
    """The errors with which a cell ended, a line each, unless the lesson shows them on purpose."""
    if "raises-exception" in cell.metadata.get("tags", []):
        return []
    found = (output for output in cell.outputs if output.output_type == "error")
    return [f"{error.ename}: {' '.join(error.evalue.split())[:200]}" for error in found]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.lessons.on_a_server", description="Run lessons on a model.")
    parser.add_argument("numbers", type=int, nargs="*", metavar="N", help="which lessons; all without a number")
    parser.add_argument("--patience", type=float, default=1800, metavar="SECONDS", help="for one cell (1800)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the notebooks there as they ran")
    asked = parser.parse_args()
    print(SETTINGS, flush=True)
    failed = 0
    for ran in run(asked.numbers, asked.patience, asked.keep):
        print(ran, flush=True)
        failed += bool(ran.failed)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
