"""A line: whoever asks the same memory waits for those who came before, threads and tasks alike; each lets the next go on."""

import asyncio
import threading
from collections import deque
from concurrent.futures import Future
from typing import Any

from .errors import ConflictError
from .replies.steps import Course, Done, Wait


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

        That is so where a task of this very thread stands ahead, or, in the main thread, where a stream is still open: such
        a one is taken further in no other thread. (Web servers do that, with threads of their own.)
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
        if any(is_this_one(place) and not place.left for place in ahead):
            raise ConflictError(
                "This question would wait in line for an earlier one of the same thread or task, which cannot go on "
                "meanwhile. Take a stream to its end or close it before the next question, and do not ask a memory from a "
                "tool of its own. Nothing was asked."
            )


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
