"""What has come of it: lines for a reader, as they come, or JSON for a program."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import Any

from .judging import BROKEN, HELD, OTHERWISE, Mark, Verdict
from .server import Asked

NAMES = {HELD: "held", BROKEN: "broken", OTHERWISE: "otherwise"}
PLAIN: dict[Mark, str] = {HELD: "ok", BROKEN: "NO", OTHERWISE: "--"}


def sign(mark: Mark) -> str:
    """A mark as it can be printed: a code page of Windows has neither of the first two, and both would be "?"."""
    try:
        "".join(NAMES).encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return PLAIN[mark]
    return mark


def line(verdict: Verdict) -> str:
    """A verdict: its mark, its lesson, its claim, and below it what was seen."""
    width = max(min(shutil.get_terminal_size().columns, 120) - 1, 40)
    claim = verdict.criterion
    head = textwrap.fill(f"{sign(verdict.mark)} {claim.lesson:02}  {claim.title}", width, subsequent_indent=" " * 6)
    return f"{head}\n{textwrap.fill(verdict.said, width, initial_indent=' ' * 6, subsequent_indent=' ' * 6)}"


def tell(text: str) -> None:
    """Show on a terminal what is going on, on one line that is taken away again with ""; nothing elsewhere."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{text[:width]:<{width}}" + ("" if text else "\r"), end="", file=sys.stderr, flush=True)


def summary(verdicts: list[Verdict], asked: Asked, seconds: float) -> str:
    """How many held, and what it took; then what is broken, once more."""
    counts = {mark: sum(verdict.mark == mark for verdict in verdicts) for mark in NAMES}
    said = (
        f"\n{counts[HELD]} hold, {counts[BROKEN]} broken, {counts[OTHERWISE]} not offered or otherwise: {asked.requests} "
        f"requests, {asked.tokens_in:,} tokens in, {asked.tokens_out:,} out, {seconds:.0f} s."
    )
    broken = [verdict.criterion for verdict in verdicts if verdict.mark == BROKEN]
    lines = [f"  Lesson {claim.lesson:02} rests on this, and here it is not so: {claim.title}." for claim in broken]
    return "\n".join([said, *lines])


def as_json(verdicts: list[Verdict], about: dict[str, Any], asked: Asked, seconds: float) -> dict[str, Any]:
    """The same for a program."""
    lines = [
        {
            "name": verdict.criterion.name,
            "title": verdict.criterion.title,
            "lesson": verdict.criterion.lesson,
            "result": NAMES[verdict.mark],
            "said": verdict.said,
        }
        for verdict in verdicts
    ]
    used = {"requests": asked.requests, "tokens_in": asked.tokens_in, "tokens_out": asked.tokens_out}
    return {**about, **used, "seconds": round(seconds, 1), "criteria": lines}
