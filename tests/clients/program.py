"""A client's program, run: the lines that it writes, read whatever else it prints, and however it ends."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from set_up.processes import stop

RESULTS = ("ok", "failed", "gap")
TO_THE_END = "runs to its end"  # the name of what fails where a program fails outside of its checks


class Result(NamedTuple):
    """What came of one check."""

    check: str
    result: str  # one of RESULTS
    said: str = ""  # why, in a sentence


class Run(NamedTuple):
    """What came of a client's program."""

    results: list[Result]
    seconds: float
    log: list[str]  # the last lines that it wrote beside its results


def run_program(command: Sequence[str], folder: Path, variables: Mapping[str, str], patience: float = 60) -> Run:
    """Run a client's program. After a crash, or `patience` seconds without a line, it is run again for the checks that follow."""
    began, results, log, names = time.monotonic(), dict[str, Result](), deque[str](maxlen=60), list[str]()
    while True:
        awaited, reason = run_once([*command, *names], folder, variables, patience, results, log)
        missing = [name for name in awaited if name not in results]
        if missing:
            results[missing[0]] = Result(missing[0], "failed", reason)
        elif reason or not results:
            results[TO_THE_END] = Result(TO_THE_END, "failed", reason or "It ended without a result.")
        obeyed = not names or awaited == names  # a program may ignore its arguments: then it is not asked again
        if len(missing) < 2 or not obeyed:
            results |= {name: Result(name, "failed", "It was not reached.") for name in missing[1:]}
            return Run(list(results.values()), time.monotonic() - began, [line.rstrip() for line in log])
        names = missing[1:]


def run_once(
    command: Sequence[str],
    folder: Path,
    variables: Mapping[str, str],
    patience: float,
    results: dict[str, Result],
    log: deque[str],
) -> tuple[list[str], str]:
    """Fill in the results and the log of one run; return the checks that it announced, and why it did not end well, if so."""
    options = {"encoding": "utf-8", "errors": "replace", "stdin": subprocess.DEVNULL}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=folder, env=dict(variables), **pipes, **options)
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=pass_on, args=(process.stdout, lines), daemon=True).start()
    hearing = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
    hearing.start()
    awaited: list[str] = []
    hung = False
    try:
        hung = not read_lines(lines, results, awaited, log, patience)
    finally:
        stop(process, patience=0 if hung else 20)
    hearing.join(timeout=2)
    if hung:
        return awaited, f"It said nothing for {patience:g} s."
    code = process.returncode
    return awaited, f"The program ended with the exit code {code}: {last(log)}" if code else ""


def pass_on(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def read_lines(
    lines: queue.Queue[str | None], results: dict[str, Result], awaited: list[str], log: deque[str], patience: float
) -> bool:
    """Fill in the results and the checks that are to come, up to the end of the program; False if it says nothing."""
    while True:
        try:
            line = next_line(lines, patience)
        except queue.Empty:
            return False
        if line is None:
            return True
        said = as_object(line)
        if isinstance(said.get("checks"), list):
            awaited += [str(name) for name in said["checks"]]
        elif isinstance(name := said.get("check"), str) and said.get("result") in RESULTS:
            results[name] = worse(results.get(name), Result(name, said["result"], str(said.get("said") or "")))
        else:
            log.append(line)


def next_line(lines: queue.Queue[str | None], patience: float) -> str | None:
    """Wait for a line in short steps, because Windows cannot interrupt a long wait with Ctrl-C."""
    end = time.monotonic() + patience
    while True:
        with contextlib.suppress(queue.Empty):
            return lines.get(timeout=0.25)
        if time.monotonic() > end:
            raise queue.Empty


def as_object(line: str) -> dict[str, object]:
    """The JSON object in a line; an empty one where it holds something else."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def worse(one: Result | None, other: Result) -> Result:
    """Of two results of the same check, the failure."""
    return one if one is not None and one.result == "failed" else other


def last(log: deque[str]) -> str:
    """The last line that says something."""
    return next((line.strip()[:300] for line in reversed(log) if line.strip()), "")
