"""A request to a client. The wrong kind of client is refused before anything is paid for."""

import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from typing import Any

STREAM_OPTIONS = "stream_options"


def called(client: Any, resource: str = "chat.completions", **request: Any) -> Any:
    """The client's answer to a request. Raises TypeError for a client that would have to be awaited, or is none."""
    answer = _create(client, resource, awaited=False)(**request)
    if inspect.isawaitable(answer):  # it was not sent: who calls an async function only makes it ready
        getattr(answer, "close", getattr(answer, "cancel", None))()
        raise _wrong_kind(client, awaited=False)
    return answer


async def called_async(client: Any, resource: str = "chat.completions", **request: Any) -> Any:
    """The same with a client that is awaited, such as an `openai.AsyncOpenAI`."""
    answer = _create(client, resource, awaited=True)(**request)
    if not inspect.isawaitable(answer):
        raise _wrong_kind(client, awaited=True)
    return await answer


def stream_of(client: Any, refused: set[str], request: dict[str, Any]) -> AbstractContextManager[Any]:
    """The chunks of a streamed answer, with its usage at the end.

    A server that refuses the parameter that asks for the usage is asked again without it; `refused` remembers this.
    """
    try:
        answer = called(client, **request, stream=True, **_usage_wanted(refused))
    except Exception as error:
        if not _is_refused(error, refused):
            raise
        answer = called(client, **request, stream=True)
    return answer if hasattr(answer, "__enter__") else nullcontext(answer)


async def stream_of_async(client: Any, refused: set[str], request: dict[str, Any]) -> AbstractAsyncContextManager[Any]:
    """The same with a client that is awaited."""
    try:
        answer = await called_async(client, **request, stream=True, **_usage_wanted(refused))
    except Exception as error:
        if not _is_refused(error, refused):
            raise
        answer = await called_async(client, **request, stream=True)
    return answer if hasattr(answer, "__aenter__") else nullcontext(answer)


def _usage_wanted(refused: set[str]) -> dict[str, Any]:
    return {} if STREAM_OPTIONS in refused else {STREAM_OPTIONS: {"include_usage": True}}


def _is_refused(error: Exception, refused: set[str]) -> bool:
    """Whether the error is about the parameter that asks for the usage. Servers have no common code for this, but its name."""
    if STREAM_OPTIONS in refused or STREAM_OPTIONS not in str(error):
        return False
    refused.add(STREAM_OPTIONS)
    return True


def _create(client: Any, resource: str, awaited: bool) -> Callable[..., Any]:
    place = client
    for name in (*resource.split("."), "create"):
        place = getattr(place, name, None)
    if not callable(place):
        raise TypeError(
            f"client must be an openai.OpenAI or openai.AsyncOpenAI, or one like them with {resource}.create, "
            f"got {type(client).__name__}."  # its type alone: it may be a key
        )
    if _is_awaited(client, place) is (not awaited):
        raise _wrong_kind(client, awaited)
    return place


def _is_awaited(client: Any, create: Callable[..., Any]) -> bool | None:
    """Whether the client's answers have to be awaited; None where that cannot be known before it is called."""
    if inspect.iscoroutinefunction(inspect.unwrap(create)):
        return True
    plain, awaited = (hasattr(type(client), name) for name in ("__enter__", "__aenter__"))
    return None if plain == awaited else awaited


def _wrong_kind(client: Any, awaited: bool) -> TypeError:
    needs, other = ("an async client, such as openai.AsyncOpenAI", "without _async")
    if not awaited:
        needs, other = ("a client that answers without await, such as openai.OpenAI", "ending in _async")
    return TypeError(
        f"This method needs {needs}, got {type(client).__name__}. Give it the other kind of client, or call the "
        f"method {other}."
    )
