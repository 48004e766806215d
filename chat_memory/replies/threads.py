"""The threads in which a database is waited for: few, and their own, so that whatever else waits is not in their way.

Those that asyncio has for everything may all be busy with a program's slow calls, and a turn that is to be saved would wait
for these. There are few because Python runs one thread at a time, for up to 5 ms: more of them would not save more turns
in a second, and would keep the event loop waiting. (Measured: `tests/benchmarks/bench_many_users.py`.)
"""

import asyncio
import contextvars
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

THREADS = 4
_pools: list[ThreadPoolExecutor] = []  # one, from the first call on
Value = TypeVar("Value")

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pools.clear)  # the threads are not in the child


async def in_a_thread(function: Callable[[], Value], *, to_its_end: bool = False) -> Value:
    """What a function returns that another thread calls, while the tasks of this one go on.

    Who is cancelled meanwhile waits for a function that goes `to_its_end`: it may have saved something.
    """
    if not _pools:
        _pools.append(ThreadPoolExecutor(THREADS, "chat_memory"))
    call = contextvars.copy_context().run
    running = asyncio.get_running_loop().run_in_executor(_pools[0], call, without_stop, function)
    try:
        return await (asyncio.shield(running) if to_its_end else running)
    except asyncio.CancelledError as cancelled:
        if to_its_end:
            await _end_of(running)
            if not running.cancelled() and (error := running.exception()):
                raise cancelled from error
        raise
    finally:
        del running  # or an error would hold itself


async def _end_of(running: asyncio.Future[Any]) -> None:
    """Wait for it, however often the waiting is cancelled."""
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            continue


def without_stop(function: Callable[..., Value], *arguments: Any) -> Value:
    """Call it. A StopIteration, which no future can hold and asyncio would wait for ever for, becomes a RuntimeError."""
    try:
        return function(*arguments)
    except StopIteration as error:
        raise RuntimeError(f"{error!r} was raised in another thread.") from error
