"""What a course asks for, step by step. A course is a generator, free of I/O: it yields a step, and is told what came.

So that whatever a course promises is true with every client, plain or async, and can be proved without one. The drivers
beside this module run a course with a client: what a step brings is sent into the course, and what goes wrong is thrown
into it. A course that is given up is closed.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

from .events import Called, Result

Done = TypeVar("Done")
Request: TypeAlias = dict[str, Any]  # the arguments of a client's `create`


class Takes(Protocol):
    """Takes in a reply that comes in chunks, and says what of its text can go out."""

    def take(self, answer: Any) -> str: ...

    def rest(self) -> str: ...

    def whole(self) -> str: ...


@dataclass(frozen=True)
class Send:
    """Send a request. What comes is the client's answer, whole."""

    request: Request
    resource: str = "chat.completions"


@dataclass(frozen=True)
class Stream:
    """Send a request for a stream. Each chunk goes to the reply, and each piece of text from there to the caller.

    What comes, once the stream has ended and is closed, is None.
    """

    request: Request
    reply: Takes
    resource: str = "chat.completions"


@dataclass(frozen=True)
class Elsewhere:
    """Call a function that may wait, as for a database. What comes is what it returns.

    An async driver calls it in another thread. Where the task is cancelled meanwhile, a function `to_its_end` is waited
    for: it may have saved something.
    """

    function: Callable[[], Any]
    to_its_end: bool = False


class Waits(Protocol):
    """A place in a line, whose turn comes."""

    def wait(self) -> None: ...

    async def wait_async(self) -> None: ...


@dataclass(frozen=True)
class Wait:
    """Wait until the turn of a place in a line has come: see `chat_memory.line`. What comes is None."""

    place: Waits


class Job(Protocol):
    """A call of a tool, ready to be run. What the tool raises is its result; what ends the turn is raised."""

    @property
    def called(self) -> Called: ...

    def run(self) -> Result: ...

    async def run_async(self) -> Result: ...


@dataclass(frozen=True)
class Run:
    """Run the calls of one answer, one after the other or `at_once`. What comes is None: see `results`."""

    jobs: tuple[Job, ...]
    at_once: bool = False
    results: dict[int, Result] = field(default_factory=dict)  # by the place of the job, as they come


def as_thrown(error: BaseException) -> BaseException:
    """An error as it was thrown into a course: Python lets no StopIteration out of a generator as it is."""
    cause = error.__cause__
    return cause if isinstance(error, RuntimeError) and isinstance(cause, StopIteration) else error


Step: TypeAlias = Send | Stream | Elsewhere | Wait | Run
Course: TypeAlias = Generator[Step, Any, Done]
