"""Kernels for lessons, forked from one process that has imported what lessons import: that takes longer than most lessons.

Each kernel is a process of its own all the same, begun where the lesson begins, with nothing run in it. Where processes
cannot be forked, as on Windows, or not safely once libraries are loaded, as on macOS, kernels start as ever.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

CAN_BE = sys.platform == "linux"
LESSONS = Path(__file__).resolve().parents[2] / "lessons"


class Kernel:
    """A forked kernel, with what jupyter_client uses of a Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """0 when it has ended: the process that forked it takes note of that, and of how."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        while self.poll() is None:
            time.sleep(0.01)
        return 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def launch_kernel(command: list[str], *, cwd: str | None, env: dict[str, str], **_: Any) -> Kernel:
    """Launch a kernel as jupyter_client's function of this name does; its own output goes nowhere."""
    warm = _warm_process()
    arguments = command[command.index("ipykernel_launcher") + 1 :]
    print(json.dumps([arguments, str(cwd or Path.cwd()), env]), file=warm.stdin, flush=True)
    return Kernel(int(warm.stdout.readline()))


@cache
def _warm_process() -> subprocess.Popen[str]:
    """The process that kernels are forked from; it ends with this one, as its input does."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    process = subprocess.Popen([sys.executable, __file__], cwd=LESSONS, **pipes)
    atexit.register(process.communicate)
    return process


def _fork_kernels() -> None:
    """Import what lessons import, and then become a kernel for each line of the input, in a process of its own."""
    del sys.path[0]  # this file's folder
    from ipykernel import kernelapp

    import chat_memory.facts
    import chat_memory.store  # noqa: F401
    import common  # noqa: F401

    signal.signal(signal.SIGCHLD, _take_note_of_ends)
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _begin(*json.loads(line))
            kernelapp.launch_new_instance()
            return
        os.setpgid(pid, pid)  # before anybody is told of it: a signal for the kernel goes to its whole group
        print(pid, flush=True)


def _begin(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """What is so in a process that was started for a kernel."""
    for stream in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[1:] = [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]  # it ends when its parent has ended


def _take_note_of_ends(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    _fork_kernels()
