"""A request to a client, and the answer that comes back: whole, or as the chunks of a stream, which is closed at its end."""

import inspect
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    aclosing,
    asynccontextmanager,
    contextmanager,
)
from types import SimpleNamespace
from typing import Any

from ..content import copied, is_of_openai, stated
from .client import AnyAsyncClient, AnyClient, create_of, wrong_kind
from .steps import Request


def called(client: AnyClient, request: Request, resource: str = "chat.completions") -> Any:
    """The client's answer to a request, of which it gets a copy: what it does with that is its affair.

    Raises TypeError for a client that would have to be awaited, or is none.
    """
    answer = create_of(client, resource, awaited=False)(**copied(request))
    if is_of_openai(answer):  # most answers are, and it takes time to look for what they are not
        return answer
    if inspect.isawaitable(answer):  # it was not sent: who calls an async function only makes it ready
        give_up = next((m for n in ("close", "cancel") if callable(m := getattr(answer, n, None))), None)
        if give_up:
            give_up()
        raise wrong_kind(client, awaited=False)
    if hasattr(type(answer), "__aiter__") and not hasattr(type(answer), "__iter__"):
        raise wrong_kind(client, awaited=False)
    return answer


async def called_async(client: AnyAsyncClient, request: Request, resource: str = "chat.completions") -> Any:
    """The same with a client that is awaited, such as an `openai.AsyncOpenAI`."""
    answer = create_of(client, resource, awaited=True)(**copied(request))
    if inspect.isawaitable(answer):
        return await answer
    if hasattr(type(answer), "__aiter__"):  # an async function with yield: its stream is not awaited first
        return answer
    raise wrong_kind(client, awaited=True)


@contextmanager
def stream_of(client: AnyClient, request: Request, resource: str = "chat.completions") -> Iterator[Iterator[Any]]:
    """The chunks of a streamed answer; where the server or the client does not stream, the answer as the only chunk."""
    answer = called(client, request | {"stream": True}, resource)
    with _closed(answer) as chunks:
        yield _chunks(chunks)


@asynccontextmanager
async def stream_of_async(
    client: AnyAsyncClient, request: Request, resource: str = "chat.completions"
) -> AsyncIterator[AsyncIterator[Any]]:
    """The same with a client that is awaited."""
    answer = await called_async(client, request | {"stream": True}, resource)
    async with _closed_async(answer) as entered, aclosing(_chunks_async(entered)) as chunks:
        yield chunks


def _closed(answer: Any) -> AbstractContextManager[Any]:
    """The answer in a `with`, which closes it at its end, where there is something to close."""

    @contextmanager
    def closing() -> Iterator[Any]:
        try:
            yield answer
        finally:
            if callable(close := getattr(answer, "close", None)):
                close()

    return answer if hasattr(type(answer), "__enter__") else closing()


def _closed_async(answer: Any) -> AbstractAsyncContextManager[Any]:
    @asynccontextmanager
    async def closing() -> AsyncIterator[Any]:
        try:
            yield answer
        finally:
            close = getattr(answer, "aclose", None) or getattr(answer, "close", None)
            if callable(close) and inspect.isawaitable(closed := close()):
                await closed

    return answer if hasattr(type(answer), "__aenter__") else closing()


def _chunks(answer: Any) -> Iterator[Any]:
    if _is_one(answer):
        yield answer
        return
    if is_page := _is_page(answer):
        answer.response.read()
    came = False
    for chunk in answer:
        came = True
        yield chunk
    if is_page and not came:
        yield _read(answer.response.text)


async def _chunks_async(answer: Any) -> AsyncGenerator[Any, None]:
    if _is_one(answer):
        yield answer
        return
    if is_page := _is_page(answer):
        await answer.response.aread()
    if not hasattr(type(answer), "__aiter__"):
        for chunk in answer:
            yield chunk
        return
    came = False
    async for chunk in answer:
        came = True
        yield chunk
    if is_page and not came:
        yield _read(answer.response.text)


def _is_one(answer: Any) -> bool:
    """Whether this is one answer, not a stream of chunks, from a client that does not stream."""
    if isinstance(answer, (str, bytes, dict)) or hasattr(type(answer), "model_dump"):
        return True
    return bool(stated(answer, "choices")) or not any(hasattr(type(answer), n) for n in ("__iter__", "__aiter__"))


def _is_page(chunks: Any) -> bool:
    """Whether what came is not called a stream of events: from a page or a JSON object no chunk would come.

    It is read as a whole. A stream under a wrong name is understood all the same, but its pieces come at its end.
    """
    headers = stated(getattr(chunks, "response", None), "headers") or {}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind not in ("", "text/event-stream")


def _read(body: str) -> Any:
    """The body of an answer that is no stream: an object, or its text."""
    try:
        return json.loads(body, object_hook=lambda fields: SimpleNamespace(**fields))
    except (ValueError, RecursionError):
        return body
