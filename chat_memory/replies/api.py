"""The API through which a model is asked: where a client has it, what a request is called there, and what reads an answer."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ..tokens import Counting
from .extras import Asking
from .reply import Reply
from .steps import Request
from .usage import Usage


@dataclass(frozen=True)
class Api:
    """An API. Whatever it is, a request is first written as one of a chat, and a reply is a `Reply`."""

    resource: str  # of a client: what has `create`
    asking: Asking
    request: Callable[[Request, int, AbstractSet[str]], Request]  # of a chat, as this API wants it: see `_as_it_is`
    reply: Callable[[Usage | None, Request, str, Counting | None], Reply]
    unreadable: Callable[[Exception, Request], AbstractSet[str]]  # what of it the server says that it cannot read


def _as_it_is(request: Request, held: int, unreadable: AbstractSet[str]) -> Request:
    """The request without its first messages, which the server has `held`, and without what it cannot read: here all of it."""
    return request


def _nothing(error: Exception, request: Request) -> AbstractSet[str]:
    return frozenset()


CHAT = Api("chat.completions", Asking(), _as_it_is, Reply, _nothing)
