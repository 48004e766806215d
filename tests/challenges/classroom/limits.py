"""What a learner's code may use while it is checked: time, memory, files, processes; and what it may reach.

Three fences, one behind the other, because no system has all of them: limits of the system on time, memory and files;
Landlock, where the kernel has it; and a hook that Python asks before it opens, starts or sends anything. The hook alone is no
prison: code written for that purpose finds a way past it. It stops what happens by mistake, or out of curiosity.
"""

from __future__ import annotations

import contextlib
import ctypes  # noqa: F401  (what is loaded later may need it, and the hook lets nothing new be called through it)
import mmap
import os
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import landlock

SECONDS = 60  # of the processor, for one check
MEMORY = 3 << 30  # bytes
FILE = 64 << 20  # bytes, in one file
OPEN_FILES = 512
PROCESSES = 30  # started by one check: challenge 08 takes three
THREADS = 250
SYSTEM = [*map(Path, "/usr /lib /lib32 /lib64 /bin /etc /sys /opt/homebrew /System /Library".split())]
DEVICES = [*map(Path, "/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty".split())]
NOT_FOR_THEM = "a file that is checked in a class may not do this: "
STARTS = {"os.fork": PROCESSES, "os.forkpty": PROCESSES, "_thread.start_new_thread": THREADS}
NEVER = {  # to be done by code that is checked, wherever it aims
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "pty.spawn",
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "ctypes.dlopen",
    "ctypes.dlsym",
    "ctypes.call_function",
    "resource.setrlimit",
    "resource.prlimit",
    "sys.remote_exec",
}
CHANGING = {  # events whose first arguments are paths that are changed
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.mkdir": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.utime": 1,
    "os.setxattr": 1,
    "os.removexattr": 1,
    "shutil.rmtree": 1,
}
LOOKING = {"os.listdir": 1, "os.scandir": 1, "os.chdir": 1, "sqlite3.connect": 1}


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


def hook(room: Path, readable: list[Path]) -> Callable[[str, tuple[Any, ...]], None]:
    """What Python asks before it does something outside of itself. Raises PermissionError with a sentence."""
    mine, others = str(room.resolve()), tuple(f"{path.resolve()}{os.sep}" for path in [room, *readable])
    devices = {str(path) for path in DEVICES}
    is_folder = os.path.isdir
    own, really, group_of, refused = os.getpid, os.path.realpath, getattr(os, "getpgid", int), PermissionError
    started = {event: mmap.mmap(-1, 8) for event in STARTS}  # how often, shared with all that is forked
    number_in = struct.Struct("q")

    def refuse(what: str) -> None:
        raise refused(13, NOT_FOR_THEM + what)

    def in_room(where: str) -> bool:
        return where == mine or where.startswith(mine + os.sep)

    def look(path: Any, changing: bool) -> None:
        if isinstance(path, int) or path is None:
            return
        try:
            where = really(os.fsdecode(path).removeprefix("file:"))
        except FileNotFoundError:  # the current folder is gone: this is a name in a folder that was opened before
            return
        if in_room(where) or where in devices:
            return
        if where.startswith("/proc/") and not where.startswith((f"/proc/{own()}/", "/proc/self/")):
            if not where.endswith("/stat"):
                refuse("look into another process")
        elif changing or not f"{where}{os.sep}".startswith(others):
            refuse(f"{'write' if changing else 'read'} outside of its own folder")

    def refuse_a_way_out(path: Any) -> None:
        if isinstance(path, int) or path is None:
            return
        name = os.fsdecode(path)
        up = not os.path.isabs(name) and ".." in name.replace(os.sep, "/").split("/")
        if up or (is_folder(name) and not in_room(really(name))):
            refuse("reach outside of its own folder")

    def is_ours(number: int, group: bool) -> bool:
        """Whether a process, or a group of them, belongs to this check: all that it forks is of its group."""
        try:
            return (number if group or number < 1 else group_of(number)) in (0, group_of(0))
        except OSError:  # it has ended
            return True

    def ask(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = any(sign in mode for sign in "wax+") if isinstance(mode, str) else bool(flags & 0b1000000011)
            look(path, writes)
            if mode is None:  # os.open: a folder that it opens is a way past what is asked here
                refuse_a_way_out(path)
        elif event in CHANGING or event in LOOKING:
            for path in arguments[: CHANGING.get(event) or LOOKING[event]]:
                look(path, event in CHANGING)
                if event in CHANGING:
                    refuse_a_way_out(path)
        elif event == "socket.connect" and isinstance(arguments[1], (str, bytes)):
            look(arguments[1], True)  # a service of this machine is outside, too
        elif event in STARTS:
            (count,) = number_in.unpack(started[event][:8])
            started[event][:8] = number_in.pack(count + 1)
            if count >= STARTS[event]:
                refuse("start so many processes or threads")
        elif event in ("os.kill", "os.killpg") and not is_ours(arguments[0], event == "os.killpg"):
            refuse("end another process")
        elif event in NEVER and (event != "socket.connect" or not isinstance(arguments[1], (str, bytes))):
            refuse(f"use {event}")

    return ask
