"""Tools at work: the calls of one step are run one after the other, or at once; each call and each result is an event."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context

from .events import Event, Result
from .steps import Job, Run

MOST_AT_ONCE = 32  # threads


def ran(step: Run) -> Generator[Event, None, None]:
    """Run the calls of a step. What each came to is in `step.results`, as soon as it is there."""
    if step.at_once and len(step.jobs) > 1:
        yield from _ran_at_once(step)
        return
    for place, job in enumerate(step.jobs):
        yield job.called
        step.results[place] = job.run()
        yield step.results[place]


def _ran_at_once(step: Run) -> Generator[Event, None, None]:
    """Each call in a thread, which sees the context variables of the caller.

    No thread can be stopped: where the turn is given up meanwhile, those that have begun go on to their end, unheard.
    """
    pool = ThreadPoolExecutor(min(len(step.jobs), MOST_AT_ONCE), thread_name_prefix="tool")
    try:
        for job in step.jobs:
            yield job.called
        running = {pool.submit(copy_context().run, job.run): place for place, job in enumerate(step.jobs)}
        for ended in as_completed(running):
            step.results[running[ended]] = result = ended.result()
            yield result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def ran_async(step: Run) -> AsyncGenerator[Event, None]:
    """The same with async functions, which are awaited; the others are called in threads."""
    if not step.at_once or len(step.jobs) == 1:
        for place, job in enumerate(step.jobs):
            yield job.called
            step.results[place] = await job.run_async()
            yield step.results[place]
        return
    for job in step.jobs:
        yield job.called
    running = {asyncio.ensure_future(_ended(job)): place for place, job in enumerate(step.jobs)}
    try:
        while running:
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(ended, key=running.__getitem__):
                place, result = running.pop(task), task.result()
                if isinstance(result, BaseException):
                    raise result
                step.results[place] = result
                yield result
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _ended(job: Job) -> Result | BaseException:
    """What a call came to, or what ends the program: a task that raised it would end the loop, past whoever waits for it."""
    try:
        return await job.run_async()
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        return error
