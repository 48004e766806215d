"""Other programs: started, shown while they work, waited for and ended, also with Ctrl-C and on Windows."""

from __future__ import annotations

import collections
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WINDOWS = os.name == "nt"
# A child in a group of its own does not get the Ctrl-C of the terminal: who has started it ends it.
APART: dict[str, Any] = {"start_new_session": True}
if sys.platform == "win32":
    APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
Quiet = tuple[subprocess.Popen[str], collections.deque[str], threading.Thread]


def say(text: str = "", end: str = "\n") -> None:
    """Print at once, also into a pipe."""
    print(text, end=end, flush=True)


def wait_for(process: subprocess.Popen[Any], meanwhile: Callable[[], None] = lambda: None) -> int:
    """Return a child's exit code; wait in short steps, because Windows cannot interrupt a long wait with Ctrl-C."""
    while True:
        try:
            return process.wait(timeout=0.25)
        except subprocess.TimeoutExpired:
            meanwhile()


def stop(process: subprocess.Popen[Any], patience: float = 0.0) -> None:
    """End a child that still runs; one that got the Ctrl-C as well has `patience` seconds to end by itself."""
    for end, seconds in ((process.poll, patience), (process.terminate, 10), (process.kill, 10)):
        try:
            end()
            process.wait(timeout=seconds)
            return
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            pass  # still running, or an impatient second Ctrl-C: on to the stronger way


def start_quietly(command: list[str], environment: dict[str, str], **options: Any) -> Quiet:
    """Start a command without showing its output; return the process, its lines so far, and the thread reading them."""
    options.setdefault("stdin", subprocess.DEVNULL)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        encoding="utf-8",
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )
    lines: collections.deque[str] = collections.deque(maxlen=5000)
    written = (line.rstrip() for line in process.stdout or () if line.strip())
    reader = threading.Thread(target=lines.extend, args=(written,), daemon=True)
    reader.start()
    return process, lines, reader


def run_with_progress(
    title: str,
    command: list[str],
    environment: dict[str, str],
    how_far: Callable[[Sequence[str]], str] = lambda lines: lines[-1].strip() if lines else "",
) -> tuple[int, list[str]]:
    """Run a command with one moving line of progress; return its exit code and its last lines.

    `how_far(lines)` says from what it has written how far it is; as it stands, that is the last line.
    """
    process, lines, reader = start_quietly(command, environment)
    began = told = time.monotonic()
    terminal = sys.stdout.isatty()

    def tell() -> None:
        nonlocal told
        if terminal or time.monotonic() - told > 15:  # in a log file: seldom, and on a line of its own
            told, width = time.monotonic(), shutil.get_terminal_size().columns - 1
            text = f"  {title}: {time.monotonic() - began:.0f} s  {how_far(list(lines))}".rstrip()[:width]
            say("\r" + text.ljust(width) if terminal else text, end="" if terminal else "\n")

    try:
        code = wait_for(process, meanwhile=tell)
    finally:
        stop(process, patience=3)
        say("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r" if terminal else "", end="")
    reader.join(timeout=5)
    if code == 0:
        say(f"  {title}: done in {time.monotonic() - began:.0f} s")
    return code, list(lines)
