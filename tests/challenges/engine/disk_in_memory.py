"""A disk in memory, where there is one: nothing in a folder on it waits for a real one."""

from __future__ import annotations

import os
from pathlib import Path

RAM = Path("/dev/shm")


def disk_in_memory() -> str | Path | None:
    """Where `tempfile` is to make folders: in memory, or where WORKBOOK_ROOM of the environment says; None: the usual place."""
    return os.environ.get("WORKBOOK_ROOM") or (RAM if os.access(RAM, os.W_OK) else None)
