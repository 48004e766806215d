"""What Python asks before it opens, starts or sends anything, while a learner's code is checked.

It is no prison: code written for that purpose finds a way past it. It stops what happens by mistake, or out of curiosity. What it
calls is bound when it is made, and not looked up when it is asked: the code that is checked may have changed it by then.
"""

from __future__ import annotations

import ctypes  # noqa: F401  (what is loaded later may need it, and the hook lets nothing new be called through it)
import mmap
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROCESSES = 30  # started by one check: challenge 08 takes three
THREADS = 250
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

Refuse = Callable[[str], None]


def hook(room: Path, readable: list[Path]) -> Callable[[str, tuple[Any, ...]], None]:
    """What `sys.addaudithook` takes. It raises PermissionError, with a sentence."""
    refuse = _refusal()
    look, refuse_a_way_out = _paths(room, readable, refuse)
    count, is_ours = _counting(refuse), _kinship()

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
            count(event)
        elif event in ("os.kill", "os.killpg") and not is_ours(arguments[0], event == "os.killpg"):
            refuse("end another process")
        elif event in NEVER and (event != "socket.connect" or not isinstance(arguments[1], (str, bytes))):
            refuse(f"use {event}")

    return ask


def _refusal() -> Refuse:
    refused = PermissionError

    def refuse(what: str) -> None:
        raise refused(13, NOT_FOR_THEM + what)

    return refuse


def _paths(
    room: Path, readable: list[Path], refuse: Refuse
) -> tuple[Callable[[Any, bool], None], Callable[[Any], None]]:
    """Whether a path may be read or changed; and whether what is opened leads out of the room, whatever its path."""
    mine, others = str(room.resolve()), tuple(f"{path.resolve()}{os.sep}" for path in [room, *readable])
    devices = {str(path) for path in DEVICES}
    is_folder, own, really = os.path.isdir, os.getpid, os.path.realpath

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
        if where.startswith("/proc/") and where.endswith("/mem"):
            refuse("read what is in the memory")
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

    return look, refuse_a_way_out


def _counting(refuse: Refuse) -> Callable[[str], None]:
    """How often processes and threads were started, counted for all that is forked."""
    started, number = {event: mmap.mmap(-1, 8) for event in STARTS}, struct.Struct("q")

    def count(event: str) -> None:
        (before,) = number.unpack(started[event][:8])
        started[event][:8] = number.pack(before + 1)
        if before >= STARTS[event]:
            refuse("start so many processes or threads")

    return count


def _kinship() -> Callable[[int, bool], bool]:
    """Whether a process, or a group of them, belongs to this check: all that it forks is of its group."""
    group_of = getattr(os, "getpgid", int)

    def is_ours(number: int, group: bool) -> bool:
        try:
            return (number if group or number < 1 else group_of(number)) in (0, group_of(0))
        except OSError:  # it has ended
            return True

    return is_ours
