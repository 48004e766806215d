"""What a learner's code may use while it is checked: time, memory, files, processes; and what it may reach.

Three fences, one behind the other, because no system has all of them: limits of the system on time, memory and files;
Landlock, where the kernel has it; and a hook that Python asks before it opens, starts or sends anything.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from . import landlock
from .hook import DEVICES, PROCESSES, THREADS, hook

SECONDS = 60  # of the processor, for one check
MEMORY = 3 << 30  # bytes
FILE = 64 << 20  # bytes, in one file
OPEN_FILES = 512
SYSTEM = [*map(Path, "/usr /lib /lib32 /lib64 /bin /etc /sys /opt/homebrew /System /Library".split())]


def keep_in(room: Path, code: Path) -> None:
    """Keep this process to what is `code`, Python and the system's own files to read, and to `room` to write."""
    use_no_more()
    readable = [code, *pythons_own(), *SYSTEM, Path("/proc")]
    landlock.keep_to(readable, [room, *DEVICES])
    sys.addaudithook(hook(room, readable))


def use_no_more() -> None:
    """Limit time, memory and files, where the system can do that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in (
        ("RLIMIT_AS", MEMORY),
        ("RLIMIT_DATA", MEMORY),
        ("RLIMIT_FSIZE", FILE),
        ("RLIMIT_NOFILE", OPEN_FILES),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_CPU", SECONDS),
        ("RLIMIT_NPROC", _own_processes() + PROCESSES + THREADS),
    ):
        number = getattr(resource, kind, None)
        if number is None:
            continue
        most_allowed = resource.getrlimit(number)[1]
        if most_allowed != resource.RLIM_INFINITY:
            most = min(most, most_allowed)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(number, (most, most + 5 if kind == "RLIMIT_CPU" and most == SECONDS else most))
    if hasattr(signal, "SIGXFSZ"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write is refused instead


def _own_processes() -> int:
    """How many processes and threads this user has now: the limit on them is one for the user."""
    count = 0
    for place in Path("/proc").glob("[0-9]*/task"):
        with contextlib.suppress(OSError):
            if place.stat().st_uid == os.getuid():
                count += len(os.listdir(place))
    return count or 1_000


def pythons_own() -> list[Path]:
    """Where Python and its packages are."""
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(sys.executable).resolve().parent)}
    packages = {place for place in sys.path if Path(place).name in ("site-packages", "dist-packages")}
    return [Path(place).resolve() for place in sorted(places | packages)]
