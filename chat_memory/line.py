"""A line: whoever asks the same memory waits for those who came before, threads and tasks alike; each lets the next go on."""

import asyncio
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from .errors import ConflictError
from .replies.events import Called, Result
from .replies.steps import Course, Done, Job, Run, Wait


class Line:
    """Those who wait, in the order in which they came. The first of them has its turn."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a stream may be given up, and leave, wherever Python collects garbage
        self._places: deque[Place] = deque()

    def place(self) -> "Place":
        """A place at the end of the line. Who has taken one leaves it, whatever happens: see `Place.leave`."""
        with self._lock:
            place = Place(self, tuple(self._places))
            self._places.append(place)
            self._let_the_first_go_on()
        return place

    def leave(self, place: "Place") -> None:
        """Take a place out of the line, wherever in it that is."""
        with self._lock:
            if place in self._places:
                self._places.remove(place)
            self._let_the_first_go_on()

    def first(self) -> "Place | None":
        """The place whose turn it is."""
        with self._lock:
            return self._places[0] if self._places else None

    def _let_the_first_go_on(self) -> None:
        if self._places and not self._places[0].turn.done():
            self._places[0].turn.set_result(None)


class Place:
    """A place in a line. Its turn has come when all who stood before it have left."""

    def __init__(self, line: Line, ahead: tuple["Place", ...]) -> None:
        self.turn: Future[None] = _Turn()
        self.left = False
        self._line, self._ahead = line, ahead
        self._thread, self._task = threading.get_ident(), _current_task()

    def wait(self) -> None:
        """Wait in this thread. Raises ConflictError where it would wait for itself, without end.

        That is so where a tool of a turn ahead asks, or where a task of this very thread stands ahead, or, in the main
        thread, where a stream is still open: such a one is taken further in no other thread. (Web servers do that, with
        threads of their own: there nobody can know whether a stream that is open will go on.)
        """
        main = self._thread == threading.main_thread().ident
        self._check(lambda place: place._thread == self._thread and (main or place._task is not None))
        self.turn.result()

    async def wait_async(self) -> None:
        """Wait in this task, while others go on. Raises ConflictError where it would wait for itself."""
        self._check(lambda place: self._task is not None and place._task is self._task)
        await asyncio.wrap_future(self.turn)

    def leave(self) -> None:
        """Leave the line: at the end of the turn, or before it has come. A second time does nothing."""
        self.left = True
        self._line.leave(self)

    def _check(self, is_this_one: Any) -> None:
        ahead, self._ahead = self._ahead, ()  # or each would hold all that have ever been before it
        if any((place in _TURNS.get() or is_this_one(place)) and not place.left for place in ahead):
            raise ConflictError(
                "This question would wait in line for an earlier one of the same thread or task, which cannot go on "
                "meanwhile. Take a stream to its end or close it before the next question, and do not ask a memory from a "
                "tool of its own. Nothing was asked."
            )


_TURNS: ContextVar[tuple[Place, ...]] = ContextVar("the turns in which this is called", default=())


@contextmanager
def within(place: Place | None) -> Iterator[None]:
    """Call something in the turn of a place. The threads and tasks to which a context goes on know that, too."""
    token = _TURNS.set((*_TURNS.get(), place) if place else _TURNS.get())
    try:
        yield
    finally:
        _TURNS.reset(token)


@dataclass(frozen=True)
class _InATurn:
    """A call of a tool in the turn of a place."""

    job: Job
    place: Place | None

    @property
    def called(self) -> Called:
        return self.job.called

    def run(self) -> Result:
        with within(self.place):
            return self.job.run()

    async def run_async(self) -> Result:
        with within(self.place):
            return await self.job.run_async()


def in_the_turn(line: Line | None, run: Run) -> Run:
    """The calls of tools in the turn that is on its way: what they ask of the same memory would wait for itself."""
    return replace(run, jobs=tuple(_InATurn(job, line.first()) for job in run.jobs)) if line else run


class _Turn(Future[None]):
    """A turn that comes also where a task that waits for it is cancelled: its place is left all the same."""

    def cancel(self) -> bool:
        return False


def in_line(line: Line | None, course: Course[Done]) -> Course[Done]:
    """The course, once all that stand before it in the line are at their end. Without a line, the course as it is."""
    return course if line is None else _waiting(line, course)


def _waiting(line: Line, course: Course[Done]) -> Course[Done]:
    place = line.place()
    try:
        yield Wait(place)
        return (yield from course)
    finally:  # also where it is interrupted, cancelled, or a stream that is given up
        place.leave()


def _current_task() -> "asyncio.Task[Any] | None":
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs in this thread
        return None
