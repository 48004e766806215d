"""The offline model's server as the clients meet it: a process of its own, started, found and ended."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Iterator

from set_up.environment import OWN
from set_up.processes import start_quietly, stop

PATIENCE = 60  # seconds, on a busy machine


class NoServer(Exception):
    """The server did not start; the message is what it said."""


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Run the server on a free port; its address, which ends in /v1. Raises NoServer."""
    command = [sys.executable, "-m", "mock_model.over_http", "--port", "0"]
    process, lines, _ = start_quietly(command, OWN.working_variables())
    try:
        end = time.monotonic() + PATIENCE
        while not (found := re.search(r"http://\S+/v1", "\n".join(lines))):
            if process.poll() is not None or time.monotonic() > end:
                time.sleep(0.2)  # its last words are still on their way
                raise NoServer(f"The offline model's server did not start: {lines[-1] if lines else 'it said nothing'}")
            time.sleep(0.05)
        yield found[0]
    finally:
        stop(process)
