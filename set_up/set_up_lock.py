"""Two set-ups of the same environment wait for each other."""

from __future__ import annotations

import contextlib
import errno
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .processes import ROOT, say


@contextlib.contextmanager
def one_at_a_time(beside: Path | None = None) -> Iterator[None]:
    """Let two set-ups wait for each other. The lock is on workbook.py itself, so no lock file is left over to go stale.

    Set-ups from many folders meet in a file `beside` what they make: it is the lock that counts, and never the file.
    """
    with beside.open("ab", buffering=0) if beside else (ROOT / "workbook.py").open("rb", buffering=0) as handle:
        if not lock(handle):
            say("Another set-up of this folder is running: waiting for it to finish (Ctrl-C stops waiting).")
            while not lock(handle):
                time.sleep(0.2)
        yield


def lock(handle: IO[bytes]) -> bool:
    """Take the lock, which the system frees when its holder ends; False if another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            handle.seek(1 << 30)  # far behind the end, because there nobody else may read what is locked
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EACCES)  # else a file system without locks: do without
    return True
