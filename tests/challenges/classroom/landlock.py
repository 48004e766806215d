"""Landlock: Linux itself keeps a process, and all that it starts, to some folders, off the network and away from others.

Nothing that the process does afterwards takes it back, and no right of an administrator is needed. Which kernels can do
what: the documentation of Linux, "Landlock: unprivileged access control". The numbers are those of its header.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE, ADD, RESTRICT = 444, 445, 446  # system calls, the same on every processor
VERSION = 1  # asked of CREATE: which edition of Landlock the kernel has
BELOW = 1  # the kind of a rule: for all that is below a folder
NO_NEW_RIGHTS = 38  # of prctl
EXECUTE, WRITE, READ, LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
CHANGES = sum(1 << bit for bit in range(4, 13))  # remove and make folders, files, links, pipes
MOVE, CUT, CONTROL = 1 << 13, 1 << 14, 1 << 15  # since editions 2, 3 and 5
OF_FILES = EXECUTE | WRITE | READ | CUT | CONTROL
TCP, ABSTRACT_SOCKETS, SIGNALS = 0b11, 1 << 0, 1 << 1  # since editions 4 and 6


class Ruleset(ctypes.Structure):
    """What is forbidden where no rule allows it."""

    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class Rule(ctypes.Structure):
    """What is allowed below an open folder."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def edition() -> int:
    """Which edition of Landlock there is; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    try:
        return max(0, ctypes.CDLL(None).syscall(CREATE, None, 0, VERSION))
    except (OSError, AttributeError):
        return 0


def keep_to(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Keep this process to these files and folders from now on; False where the system cannot do it."""
    known = edition()
    if not known:
        return False
    changes = CHANGES | (MOVE if known >= 2 else 0) | (CUT if known >= 3 else 0)
    everything = EXECUTE | WRITE | READ | LIST | changes | (CONTROL if known >= 5 else 0)
    ruleset = Ruleset(everything, TCP if known >= 4 else 0, ABSTRACT_SOCKETS | SIGNALS if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    system = ctypes.CDLL(None, use_errno=True)
    made = system.syscall(CREATE, ctypes.byref(ruleset), size, 0)
    if made < 0:
        return False
    try:
        for path in readable:
            _allow(system, made, path, READ | LIST | EXECUTE)
        for path in writable:
            _allow(system, made, path, everything & ~EXECUTE)
        return system.prctl(NO_NEW_RIGHTS, 1, 0, 0, 0) == 0 and system.syscall(RESTRICT, made, 0) == 0
    finally:
        os.close(made)


def _allow(system: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    """Allow this for a file, or for all that is below a folder; what is not there needs no rule."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = Rule(rights if path.is_dir() else rights & OF_FILES, opened)
        system.syscall(ADD, ruleset, BELOW, ctypes.byref(rule), 0)
    finally:
        os.close(opened)
