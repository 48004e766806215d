"""Whether there are processes, threads and signals where this runs: in a browser there are none."""

from __future__ import annotations

import os
import sys

BROWSER = sys.platform == "emscripten"
WITHOUT = "WORKBOOK_WITHOUT_PROCESSES"  # set in the environment: do as if there were none


def has_processes() -> bool:
    """Whether other processes, threads and signals can be had. There are all three, or none."""
    return not (BROWSER or os.environ.get(WITHOUT))
