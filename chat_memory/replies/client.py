"""What a client must have, to be one like openai.OpenAI or openai.AsyncOpenAI; the wrong kind is refused, unpaid if it can be."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias, TypeVar

Came = TypeVar("Came", covariant=True)


class Answer(Protocol):
    """An answer to a question, as far as types can tell. What any server puts into it is read by `reply`."""

    @property
    def choices(self) -> Any: ...


class Response(Protocol):
    """The same from the Responses API: see `responses.reply`."""

    @property
    def output(self) -> Any: ...


class Vectors(Protocol):
    """An answer to a request for embeddings."""

    @property
    def data(self) -> Any: ...


class Creates(Protocol[Came]):
    """Has the function that sends a request."""

    @property
    def create(self) -> Callable[..., Came]: ...


class Chat(Protocol[Came]):
    @property
    def completions(self) -> Creates[Came]: ...


class Client(Protocol):
    """A client like openai.OpenAI: `client.chat.completions.create(model=…, messages=[…])` returns the answer.

    With `stream=True` it returns the chunks of the answer, one after the other; one that does not stream may return the
    whole answer. No more is asked of it than that. Through the Responses API it is a ResponsesClient.
    """

    @property
    def chat(self) -> Chat[Answer]: ...


class AsyncClient(Protocol):
    """The same for one that is awaited, like openai.AsyncOpenAI."""

    @property
    def chat(self) -> Chat[Awaitable[Answer]]: ...


class ResponsesClient(Protocol):
    """A client like openai.OpenAI for the Responses API: `client.responses.create(model=…, input=[…])`; else the same."""

    @property
    def responses(self) -> Creates[Response]: ...


class AsyncResponsesClient(Protocol):
    """The same for one that is awaited."""

    @property
    def responses(self) -> Creates[Awaitable[Response]]: ...


class EmbeddingClient(Protocol):
    """A client for embeddings: `client.embeddings.create(model=…, input=[…])` returns the vectors."""

    @property
    def embeddings(self) -> Creates[Vectors]: ...


class AsyncEmbeddingClient(Protocol):
    """The same for one that is awaited."""

    @property
    def embeddings(self) -> Creates[Awaitable[Vectors]]: ...


AnyClient: TypeAlias = Client | ResponsesClient | EmbeddingClient
AnyAsyncClient: TypeAlias = AsyncClient | AsyncResponsesClient | AsyncEmbeddingClient


def create_of(client: Any, resource: str, awaited: bool) -> Callable[..., Any]:
    """The function that sends a request. Raises TypeError for what is no client, and for the kind that it is known to be."""
    place: Any = client
    for name in (*resource.split("."), "create"):
        place = getattr(place, name, None)
    if not callable(place):
        raise TypeError(
            f"client must be an openai.OpenAI or openai.AsyncOpenAI, or one like them with {resource}.create, "
            f"got {type(client).__name__}."  # its type alone: it may be a key
        )
    if _is_awaited(place) is (not awaited):
        raise wrong_kind(client, awaited)
    create: Callable[..., Any] = place
    return create


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


def wrong_kind(client: Any, awaited: bool) -> TypeError:
    """The error for a client that has to be awaited where nothing awaits, or the other way round."""
    needs, other = ("an async client, such as openai.AsyncOpenAI", "without _async")
    if not awaited:
        needs, other = ("a client that answers without await, such as openai.OpenAI", "ending in _async")
    return TypeError(
        f"This method needs {needs}, got {type(client).__name__}. Give it the other kind of client, or call the "
        f"method {other}."
    )
