"""After a check in this process all is as it was before it, whatever the checker and the learner's code have changed."""

from __future__ import annotations

import builtins
import contextlib
import gc
import os
import random
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from . import files

# They import `common`, or change what holds while tests run: for each check they are read anew.
OURS = ("conftest", "tests.challenges.situations", *(f"tests.challenges.{name}" for name in files.names()))
STREAMS = ("stdin", "stdout", "stderr", "excepthook", "displayhook")


@contextmanager
def as_it_was(work: Path) -> Iterator[None]:
    """Around a check of a file in the folder `work`."""
    with ExitStack() as back, warnings.catch_warnings():
        for restored in (the_environment, the_streams, the_interpreter, signals, chance):
            back.enter_context(restored())
        back.enter_context(modules(work))
        yield


@contextmanager
def the_environment() -> Iterator[None]:
    """The variables, the folder that is the current one, and that of temporary files."""
    variables, here, temporary = dict(os.environ), Path.cwd(), tempfile.tempdir
    try:
        yield
    finally:
        os.chdir(here)
        tempfile.tempdir = temporary
        put_back(os.environ, variables)


@contextmanager
def the_streams() -> Iterator[None]:
    """What is read from, and written to. A notebook has an input() of its own, which would ask whoever sits there."""
    before, really = {name: getattr(sys, name) for name in STREAMS}, dict(vars(builtins))
    builtins.input = lambda prompt="": sys.stdin.readline().rstrip("\n")
    try:
        yield
    finally:
        for name, stream in before.items():
            setattr(sys, name, stream)
        put_back(vars(builtins), really)


@contextmanager
def the_interpreter() -> Iterator[None]:
    """What Python itself goes by."""
    limit, collecting, lists = (
        sys.getrecursionlimit(),
        gc.get_threshold(),
        [(one, list(one)) for one in (sys.path, sys.meta_path, sys.argv)],
    )
    traced = [(sys.settrace, sys.gettrace()), (sys.setprofile, sys.getprofile())]
    try:
        yield
    finally:
        for one, before in lists:
            one[:] = before
        for put, function in traced:
            put(function)
        sys.setrecursionlimit(limit)
        gc.set_threshold(*collecting)


@contextmanager
def signals() -> Iterator[None]:
    """What is done at each signal."""
    before = {number: answer for number in signal.valid_signals() if (answer := signal.getsignal(number)) is not None}
    try:
        yield
    finally:
        for number, answer in before.items():
            if signal.getsignal(number) is not answer:
                with contextlib.suppress(ValueError, OSError):  # in another thread
                    signal.signal(number, answer)


@contextmanager
def chance() -> Iterator[None]:
    """Where `random` goes on."""
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)


@contextmanager
def modules(work: Path) -> Iterator[None]:
    """The modules. `common` is read anew, because a check has settings of its own; and what a learner has may change."""
    before = dict(sys.modules)
    sys.path.insert(0, str(files.ROOT))
    for name in before:
        if is_read_anew(name):  # with what goes by the `common` from before
            del sys.modules[name]
    try:
        yield
    finally:
        for name, module in [*sys.modules.items()]:
            if name not in before and (is_read_anew(name) or name.startswith("work_") or is_in(module, work)):
                del sys.modules[name]
        sys.modules.update(before)


def is_read_anew(name: str) -> bool:
    """Whether a module with this name is `common`, or goes by it."""
    return name == "common" or name.startswith(OURS)


def is_in(module: ModuleType, folder: Path) -> bool:
    """Whether a module is a file in this folder."""
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and folder in Path(file).parents


def put_back(now: MutableMapping[str, Any], before: MutableMapping[str, Any]) -> None:
    """Make a mapping what it was, without a moment in which it is empty."""
    for name in [*now]:
        if name not in before:
            del now[name]
    for name, value in before.items():
        if name not in now or now[name] is not value:
            now[name] = value
