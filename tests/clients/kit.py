"""A client's program: named checks, run one after the other, and a JSON line for what came of each.

It runs in the client's environment, so it needs nothing but Python. A program defines its checks and ends with `run()`:

    @check("chat")
    def _():
        holds(model.invoke("My cat is called Fado. What is my cat called?").text, "Fado")

Environment: OPENAI_BASE_URL and OPENAI_API_KEY, which most clients read by themselves, and OFFLINE_CONTROL for `fail_next`.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import os
import sys
import traceback
import urllib.request
from collections.abc import Callable
from typing import Any

Check = Callable[[], Any]
CHECKS: dict[str, Check] = {}
BASE_URL = os.environ.get("OPENAI_BASE_URL", "")
API_KEY = os.environ.get("OPENAI_API_KEY", "")


class Gap(Exception):
    """What the client, or the API itself, cannot do: a sentence. What fails through the offline model is no gap."""


def check(name: str) -> Callable[[Check], Check]:
    """Let a function, plain or async, be the check of this name: it raises what is wrong, or `Gap`."""

    def keep(function: Check) -> Check:
        if name in CHECKS:
            raise ValueError(f"There are two checks {name!r}: give one of them another name.")
        CHECKS[name] = function
        return function

    return keep


def expect(held: object, said: str) -> None:
    """Fail with what was seen (`said`, one sentence) unless it held."""
    if not held:
        raise AssertionError(said)


def holds(text: str | None, *words: str) -> None:
    """Fail unless each of the words is in the text, in whatever case."""
    missing = [word for word in words if word.lower() not in (text or "").lower()]
    expect(not missing, f"{' and '.join(missing)} should be in {text!r}.")


def lacks(text: str | None, *words: str) -> None:
    """Fail when one of the words is in the text, in whatever case."""
    found = [word for word in words if word.lower() in (text or "").lower()]
    expect(not found, f"{' and '.join(found)} should not be in {text!r}.")


@contextlib.contextmanager
def raises(*errors: type[BaseException], words: str = "") -> Any:
    """Fail unless the block raises one of these errors, with the words in its message; it is put into the list given."""
    caught: list[BaseException] = []
    try:
        yield caught
    except errors as error:
        holds(str(error), words)
        caught.append(error)
    else:
        raise AssertionError(f"{' or '.join(error.__name__ for error in errors)} should have been raised, and was not.")


def fail_next(kind: str | int, times: int = 1) -> None:
    """Let the next requests that are made with this client's key fail: the kinds are those of `MockServer.fail_next`."""
    address = os.environ["OFFLINE_CONTROL"] + "/fail_next"
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {API_KEY}"}
    data = json.dumps({"kind": str(kind), "times": times}).encode()
    urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=10).close()


def run() -> None:
    """Run the checks that the arguments name, or all; what they print themselves goes to stderr."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a library that prints must not stand between the lines

    def tell(**line: object) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    names = [name for name in CHECKS if name in sys.argv[1:]] or list(CHECKS)
    tell(checks=names)
    with asyncio.Runner() as loop:  # one for all: clients keep connections that belong to a loop
        for name in names:
            result, said = outcome(CHECKS[name], loop)
            tell(check=name, result=result, said=said)


def outcome(function: Check, loop: asyncio.Runner) -> tuple[str, str]:
    """Run a check: "ok", "gap" or "failed", and why in a sentence."""
    try:
        if inspect.iscoroutinefunction(function):
            loop.run(function())
        else:
            function()
    except Gap as gap:
        return "gap", str(gap)
    except Exception as error:
        traceback.print_exc()
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.name == function.__name__]
        what = str(error) if type(error) is AssertionError and str(error) else f"{type(error).__name__}: {error}"
        return "failed", " ".join(what.split())[:500] + (f" (line {lines[-1]})" if lines else "")
    return "ok", ""
