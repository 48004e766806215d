"""A request to a client, and what comes back. The wrong kind of client is refused, unpaid wherever that can be known."""

import inspect
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    aclosing,
    asynccontextmanager,
    contextmanager,
)
from types import SimpleNamespace
from typing import Any

from ..content import copied, stated

STREAM_OPTIONS = "stream_options"


def called(client: Any, request: dict[str, Any], resource: str = "chat.completions") -> Any:
    """The client's answer to a request, of which it gets a copy: what it does with that is its affair.

    Raises TypeError for a client that would have to be awaited, or is none.
    """
    answer = _create(client, resource, awaited=False)(**copied(request))
    if inspect.isawaitable(answer):  # it was not sent: who calls an async function only makes it ready
        give_up = next((m for n in ("close", "cancel") if callable(m := getattr(answer, n, None))), None)
        if give_up:
            give_up()
        raise _wrong_kind(client, awaited=False)
    if hasattr(type(answer), "__aiter__") and not hasattr(type(answer), "__iter__"):
        raise _wrong_kind(client, awaited=False)
    return answer


async def called_async(client: Any, request: dict[str, Any], resource: str = "chat.completions") -> Any:
    """The same with a client that is awaited, such as an `openai.AsyncOpenAI`."""
    answer = _create(client, resource, awaited=True)(**copied(request))
    if inspect.isawaitable(answer):
        return await answer
    if hasattr(type(answer), "__aiter__"):  # an async function with yield: its stream is not awaited first
        return answer
    raise _wrong_kind(client, awaited=True)


@contextmanager
def stream_of(client: Any, request: dict[str, Any]) -> Iterator[Iterator[Any]]:
    """The chunks of a streamed answer; where the server or the client does not stream, the answer as the only chunk."""
    answer = called(client, request | {"stream": True})
    with _closed(answer) as chunks:
        yield _chunks(chunks)


@asynccontextmanager
async def stream_of_async(client: Any, request: dict[str, Any]) -> AsyncIterator[AsyncIterator[Any]]:
    """The same with a client that is awaited."""
    answer = await called_async(client, request | {"stream": True})
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


async def _chunks_async(answer: Any) -> AsyncIterator[Any]:
    if _is_one(answer):
        yield answer
        return
    if is_page := _is_page(answer):
        await answer.response.aread()
    came = False
    if not hasattr(type(answer), "__aiter__"):
        for chunk in answer:
            yield chunk
        return
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


def usage_wanted(refused: set[str]) -> list[dict[str, Any]]:
    """The parameters to try, one after the other, that ask for the usage of a stream. Some servers refuse to be asked."""
    return [{}] if STREAM_OPTIONS in refused else [{STREAM_OPTIONS: {"include_usage": True}}, {}]


def is_about_usage(error: Exception, request: dict[str, Any]) -> bool:
    """Whether a server, or a client, refuses the parameter that asks for the usage. They have no common code for this.

    They name it: in words, or, where the question holds that word too, in a field of the error.
    """
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if status not in (None, 200, 400, 422) or isinstance(error, (OSError, TimeoutError)):
        return False
    if STREAM_OPTIONS not in str(request):
        return STREAM_OPTIONS in str(error)
    return isinstance(error, TypeError) or _holds(getattr(error, "body", None))


def _holds(value: Any) -> bool:
    """Whether one of the texts inside a JSON value is the parameter's name, and nothing else."""
    if isinstance(value, dict):
        return any(_holds(inner) for key, inner in value.items() if key != "input")  # there some repeat the request
    return any(map(_holds, value)) if isinstance(value, (list, tuple)) else value == STREAM_OPTIONS


def _create(client: Any, resource: str, awaited: bool) -> Callable[..., Any]:
    place = client
    for name in (*resource.split("."), "create"):
        place = getattr(place, name, None)
    if not callable(place):
        raise TypeError(
            f"client must be an openai.OpenAI or openai.AsyncOpenAI, or one like them with {resource}.create, "
            f"got {type(client).__name__}."  # its type alone: it may be a key
        )
    if _is_awaited(place) is (not awaited):
        raise _wrong_kind(client, awaited)
    return place


def _is_awaited(create: Callable[..., Any]) -> bool | None:
    """Whether the answer has to be awaited; None where only a call can tell: what is wrapped says nothing of its wrapper.

    An async function is certain, and a method of the openai package, which is wrapped but belongs to a known class.
    """
    if inspect.iscoroutinefunction(create):
        return True
    if not str(getattr(create, "__module__", "")).startswith("openai."):
        return None
    kinds = {kind.__name__ for kind in type(getattr(create, "__self__", None)).__mro__}
    return "AsyncAPIResource" in kinds or (False if "SyncAPIResource" in kinds else None)


def _wrong_kind(client: Any, awaited: bool) -> TypeError:
    needs, other = ("an async client, such as openai.AsyncOpenAI", "without _async")
    if not awaited:
        needs, other = ("a client that answers without await, such as openai.OpenAI", "ending in _async")
    return TypeError(
        f"This method needs {needs}, got {type(client).__name__}. Give it the other kind of client, or call the "
        f"method {other}."
    )
