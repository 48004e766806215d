"""The log: a line a request on stderr: when, whose, what, its status, how long it took. No word of a message, and no key."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
import traceback
from pathlib import Path

LONGEST = 60  # characters of a path
_HERE = Path(__file__).parents[1]


def line(user: int, method: str, path: str, outcome: str, seconds: float) -> None:
    """Print the line of one request."""
    shown = "".join(sign if sign.isprintable() and sign.isascii() else "?" for sign in path[:LONGEST])
    shown += "…" if len(path) > LONGEST else ""
    say(f"{time.strftime('%H:%M:%S')}  user {user:<3}  {method:<6} {shown}  {outcome}  {seconds * 1000:.0f} ms")


def fault(error: BaseException) -> None:
    """Print where a fault of ours happened. Its message could hold what somebody wrote, so it is left out."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_HERE)
    ]
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    say(f"{time.strftime('%H:%M:%S')}  a fault of the server: {type(error).__name__}{place}")


def say(text: str) -> None:
    """Print on stderr; where nobody reads it any more, nothing happens."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def quiet_tornado() -> None:
    """Leave the log to `line`: what the web library would say of requests could hold parts of them."""
    for name in ("tornado.access", "tornado.application", "tornado.general"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
