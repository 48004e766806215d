"""The drivers: each runs a course with a client, plain or async, and gives what happens as events, as text, or not at all."""

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from typing import Any, Generic

from .client import AnyAsyncClient, AnyClient
from .events import Event, Text
from .running import ran, ran_async
from .sending import called, called_async, stream_of, stream_of_async
from .steps import Course, Done, Elsewhere, Run, Send, Step, Stream, Wait, as_thrown
from .threads import in_a_thread

BETWEEN = "\n\n"  # what stands between the text before a call and the text after it


def run(course: Course[Done], client: AnyClient) -> Done:
    """Run a course with a plain client, and return what it returns."""
    going = _Going(course)
    while step := going.next():
        try:
            going.came = _done(step, client)
        except BaseException as error:  # an interruption is the course's affair too
            going.error = error
    return going.result


async def run_async(course: Course[Done], client: AnyAsyncClient) -> Done:
    """The same with an async client."""
    going = _Going(course)
    while step := going.next():
        try:
            going.came = await _done_async(step, client)
        except BaseException as error:
            going.error = error
    return going.result


def in_events(course: Course[Any], client: AnyClient) -> Generator[Event, None, None]:
    """Run a course with a plain client: the pieces of its streamed replies, calls and results, as they come."""
    going = _Going(course)
    while step := going.next():
        try:
            if isinstance(step, (Stream, Run)):
                with closing(_events(step, client)) as events:
                    for event in events:  # noqa: UP028  (what is thrown in here is not for the client's stream to swallow)
                        yield event
            else:
                going.came = _done(step, client)
        except BaseException as error:  # that the stream is given up, for example, whatever the client makes of it
            going.error = error


async def in_events_async(course: Course[Any], client: AnyAsyncClient) -> AsyncGenerator[Event, None]:
    """The same with an async client."""
    going = _Going(course)
    while step := going.next():
        try:
            if isinstance(step, (Stream, Run)):
                async with aclosing(_events_async(step, client)) as events:
                    async for event in events:
                        yield event
            else:
                going.came = await _done_async(step, client)
        except BaseException as error:
            going.error = error


def in_pieces(course: Course[Any], client: AnyClient) -> Generator[str, None, None]:
    """The same for the text alone, with an empty line where a call stands between two texts."""
    spoken, between = False, ""
    with closing(in_events(course, client)) as events:
        for event in events:
            if isinstance(event, Text):
                yield between + event.piece
                spoken, between = True, ""
            else:
                between = BETWEEN if spoken else ""


async def in_pieces_async(course: Course[Any], client: AnyAsyncClient) -> AsyncGenerator[str, None]:
    """The same with an async client."""
    spoken, between = False, ""
    async with aclosing(in_events_async(course, client)) as events:
        async for event in events:
            if isinstance(event, Text):
                yield between + event.piece
                spoken, between = True, ""
            else:
                between = BETWEEN if spoken else ""


class _Going(Generic[Done]):
    """A course on its way: what came of a step (a value, or an error) is told with the demand for the next."""

    result: Done

    def __init__(self, course: Course[Done]) -> None:
        self._course = course
        self.came: Any = None
        self.error: BaseException | None = None

    def next(self) -> Step | None:
        """The next step; None where the course is at its end."""
        came, error = self.came, self.error
        self.came = self.error = None
        try:
            return self._course.send(came) if error is None else self._course.throw(error)
        except StopIteration as end:
            self.result = end.value
            return None
        except RuntimeError as raised:
            if as_thrown(raised) is error is not None:
                raise error from None
            raise
        finally:
            del error  # or it would hold itself, and with it all that it has passed through


def _done(step: Step, client: AnyClient) -> Any:
    """What comes of a step. Nobody looks at what happens in it."""
    if isinstance(step, Send):
        return called(client, step.request, step.resource)
    if isinstance(step, Elsewhere):
        return step.function()
    if isinstance(step, Wait):
        return step.place.wait()
    for _ in _events(step, client):
        pass
    return None


async def _done_async(step: Step, client: AnyAsyncClient) -> Any:
    if isinstance(step, Send):
        return await called_async(client, step.request, step.resource)
    if isinstance(step, Elsewhere):
        return await in_a_thread(step.function, to_its_end=step.to_its_end)
    if isinstance(step, Wait):
        return await step.place.wait_async()
    async for _ in _events_async(step, client):
        pass
    return None


def _events(step: Stream | Run, client: AnyClient) -> Generator[Event, None, None]:
    return ran(step) if isinstance(step, Run) else _streamed(step, client)


def _events_async(step: Stream | Run, client: AnyAsyncClient) -> AsyncGenerator[Event, None]:
    return ran_async(step) if isinstance(step, Run) else _streamed_async(step, client)


def _streamed(step: Stream, client: AnyClient) -> Generator[Event, None, None]:
    with stream_of(client, step.request, step.resource) as chunks:
        for chunk in chunks:
            if piece := step.reply.take(chunk):
                yield Text(piece)
        if piece := step.reply.rest():
            yield Text(piece)
        step.reply.whole()  # raises before the stream is closed, which can go wrong too


async def _streamed_async(step: Stream, client: AnyAsyncClient) -> AsyncGenerator[Event, None]:
    async with stream_of_async(client, step.request, step.resource) as chunks:
        async for chunk in chunks:
            if piece := step.reply.take(chunk):
                yield Text(piece)
        if piece := step.reply.rest():
            yield Text(piece)
        step.reply.whole()
