"""What has to be so before a criterion can be judged: the code comes as far as that, and chance is another each time."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .criteria import NotYet, NoUse, Scene
from .learner_code import Work

HURRY = 1  # by how much long talks are shorter where it has to be quick
DEPTH = (
    "Your function calls itself for each message or turn, and Python allows about 1,000 calls inside one another. Which loop "
    "does the same?",
)


@contextmanager
def beforehand() -> Iterator[None]:
    """Around what another criterion looks at."""
    try:
        yield
    except NotYet as problem:
        problem.judged = False
        raise
    except NoUse as end:
        end.problem.judged = False
        raise


@contextmanager
def however_long(scene: Scene, name: str, messages: int) -> Iterator[None]:
    """Around a call with so many messages: code that calls itself for each of them comes to Python's end."""
    try:
        yield
    except NotYet as problem:
        scene.expect(
            not isinstance(problem.__context__, RecursionError),
            f"With a history of {messages:,} messages {name} comes to an end that Python sets: it calls itself again and again.",
            why="Conversations get long, and this one ends here.",
            hint=DEPTH,
        )
        raise


@contextmanager
def on_a_machine_of_its_own() -> Iterator[Callable[[], None]]:
    """Where files without a folder, and temporary ones, land in a new folder. What is yielded takes all that is left there."""
    here, before, environment = os.getcwd(), tempfile.tempdir, dict(os.environ)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        elsewhere = Path(name) / "elsewhere"

        def clear() -> None:
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(name)
            shutil.rmtree(elsewhere, ignore_errors=True)
            elsewhere.mkdir(exist_ok=True)
            os.chdir(elsewhere)
            tempfile.tempdir = str(elsewhere)

        try:
            clear()
            yield clear
        finally:
            clear()
            tempfile.tempdir = before
            os.chdir(here)


def let_chance_begin_elsewhere(challenge: Work) -> None:
    """Before a call of a learner's code: `random` begins at another place in each call, and at the same ones in each check.

    Hypothesis lets it begin at one place again and again, so that code which does something now and then would do it always,
    or never.
    """
    challenge.calls += 1
    random.seed(challenge.calls)


def works(function: Callable[[], object]) -> bool:
    """Whether a call of a learner's code comes to an end without an error."""
    try:
        function()
    except NotYet:
        return False
    return True
