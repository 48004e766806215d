"""The time of one call: the processor's time where the clock is fine enough, so that other programs count little."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

FINE = time.get_clock_info("process_time").resolution <= 1e-6  # not on Windows
CLOCK = time.process_time if FINE else time.perf_counter


def seconds(function: Callable[..., Any], *arguments: Any) -> float:
    """Call the function once, with the collector of garbage off: it would go through the objects of all others."""
    gc.disable()
    try:
        start = CLOCK()
        function(*arguments)
        return CLOCK() - start
    finally:
        gc.enable()
