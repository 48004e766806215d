"""The API through which a model is asked: where a client has it, what a request is called there, and what reads an answer."""

from collections.abc import Callable
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
    request: Callable[[Request], Request]  # of a chat, as this API wants it
    reply: Callable[[Usage | None, Request, str, Counting | None], Reply]


def _as_it_is(request: Request) -> Request:
    return request


CHAT = Api("chat.completions", Asking(), _as_it_is, Reply)
