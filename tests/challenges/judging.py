"""What a criterion needs before it can be judged: where that is not met, nothing can be said about the criterion."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from criteria import NotYet, NoUse, Scene

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
