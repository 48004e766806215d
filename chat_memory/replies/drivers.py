"""The drivers: each runs a course with a client, plain or async, and gives the pieces of a streamed reply or none."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import Any, Generic

from .client import AnyAsyncClient, AnyClient
from .sending import called, called_async, stream_of, stream_of_async
from .steps import Course, Done, Elsewhere, Send, Step, Stream


def run(course: Course[Done], client: AnyClient) -> Done:
    """Run a course with a plain client, and return what it returns."""
    going = _Going(course)
    try:
        for _ in _pieces(going, client):
            pass
    except RuntimeError as error:
        if isinstance(error.__cause__, StopIteration):  # of the client, and no generator lets it pass
            raise error.__cause__ from None
        raise
    return going.result


async def run_async(course: Course[Done], client: AnyAsyncClient) -> Done:
    """The same with an async client."""
    going = _Going(course)
    async for _ in _pieces_async(going, client):
        pass
    return going.result


def in_pieces(course: Course[Any], client: AnyClient) -> Generator[str, None, None]:
    """Run a course with a plain client: the pieces of its streamed reply, as they arrive."""
    return _pieces(_Going(course), client)


def in_pieces_async(course: Course[Any], client: AnyAsyncClient) -> AsyncGenerator[str, None]:
    """The same with an async client."""
    return _pieces_async(_Going(course), client)


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
        finally:
            del error  # or it would hold itself, and with it all that it has passed through


def _pieces(going: _Going[Any], client: AnyClient) -> Generator[str, None, None]:
    while step := going.next():
        try:
            if isinstance(step, Stream):
                with stream_of(client, step.request) as chunks:
                    for chunk in chunks:
                        if piece := step.reply.take(chunk):
                            yield piece
                    if piece := step.reply.rest():
                        yield piece
            elif isinstance(step, Send):
                going.came = called(client, step.request, step.resource)
            else:
                going.came = step.function()
        except BaseException as error:  # an interruption, or a stream that is given up, is the course's affair too
            going.error = error


async def _pieces_async(going: _Going[Any], client: AnyAsyncClient) -> AsyncGenerator[str, None]:
    while step := going.next():
        try:
            if isinstance(step, Stream):
                async with stream_of_async(client, step.request) as chunks:
                    async for chunk in chunks:
                        if piece := step.reply.take(chunk):
                            yield piece
                    if piece := step.reply.rest():
                        yield piece
            elif isinstance(step, Send):
                going.came = await called_async(client, step.request, step.resource)
            else:
                going.came = await _in_a_thread(step)
        except BaseException as error:
            going.error = error


async def _in_a_thread(step: Elsewhere) -> Any:
    running = asyncio.ensure_future(asyncio.to_thread(step.function))
    try:
        return await (asyncio.shield(running) if step.to_its_end else running)
    except asyncio.CancelledError:
        if step.to_its_end:
            await asyncio.wait([running])
        raise
