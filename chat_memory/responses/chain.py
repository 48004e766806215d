"""The chain that a server keeps: which response holds which messages, so that only what comes after them is sent.

What a server holds can only be added to. So a chain says what was sent and answered, and a request goes on from the newest
response that holds nothing but the beginning of what is to be sent: after a fold there is none, and all is sent; where the
newest turn was taken back, it is the one before it. Any response can be gone on from, as often as one likes.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from ..messages import Message
from ..replies.reply import Reply
from ..replies.steps import Course, Request
from .reply import NotContinued, ResponseReply
from .request import HELD

GONE, IGNORED, REFUSED, NOT_STORED = "gone", "ignored", "refused", "not stored"  # why nothing can be gone on from
NO_ANSWER = (400, 404, 410, 422, 501)  # the states with which a server says so


class Response(NamedTuple):
    """A response that a server keeps, and how many messages of the chain it holds, its own reply included.

    `thought` are the tokens of what was thought for replies up to there and is in no message: the server may read it again.
    """

    id: str
    messages: int
    thought: int = 0


class Chain(NamedTuple):
    """What was sent and answered, and the responses in it, oldest first. A value."""

    messages: tuple[Message, ...] = ()
    responses: tuple[Response, ...] = ()

    def before(self, messages: Sequence[Message], spare: int) -> Response | None:
        """The response to go on from with these messages; None where all of them have to be sent.

        `spare` is how many more tokens they may take: what was thought, and is in none of them, has to fit in there. Where
        it does not, a chain begins that is without all of it, and not one from further back: the next requests append to it.
        """
        same = 0
        for known, sent in zip(self.messages, messages, strict=False):
            if known is not sent and known != sent:
                break
            same += 1
        newest = next((each for each in reversed(self.responses) if each.messages <= same), None)
        return newest if newest is not None and newest.thought <= spare else None

    def after(
        self, held: Response | None, messages: Sequence[Message], answer: Message, id: str, thought: int
    ) -> "Chain":
        """The chain once these messages were answered, going on from `held`. `thought` are tokens that `answer` is without."""
        known = self.responses[: self.responses.index(held) + 1] if held in self.responses else ()
        said = (*messages, answer)
        return Chain(said, (*known, Response(id, len(said), thought + (held.thought if held else 0))))


class KeptByServer:
    """What a server keeps of one conversation, as far as is known: it may be gone at any time, and nothing is lost by that."""

    def __init__(self) -> None:
        self.chain: Chain | None = Chain()  # None: it keeps nothing, and is not asked to any more

    def __deepcopy__(self, memo: dict[int, object]) -> "KeptByServer":
        other = KeptByServer()
        other.chain = self.chain  # which is never changed, only replaced
        return other

    def asked(
        self,
        ask: Callable[[Request], Course[Reply]],
        request: Request,
        spare: int,
        in_steps: bool,
        tell: Callable[[str], None],
    ) -> Course[Reply]:
        """Ask a question: send what the server does not hold, and all of it where it does not go on from what it has.

        `tell` is told why, if so: see `why_not`. `in_steps`: the answer is one of a turn that has called tools.
        """
        while True:
            chain = self.chain
            held = chain.before(request["messages"], spare) if chain is not None else None
            going_on = {"previous_response_id": held.id, HELD: held.messages} if held else {}
            try:
                reply = cast(ResponseReply, (yield from ask({**request, "store": chain is not None, **going_on})))
            except Exception as error:
                if (reason := why_not(error, held)) is None:
                    raise
                self.chain = Chain() if reason == GONE else None
                if isinstance(error, NotContinued) and error.is_out:
                    tell(reason)
                    raise
            else:
                if chain is not None:
                    self._note(chain, held, request, reply, in_steps, tell)
                return reply
            tell(reason)

    def _note(
        self,
        chain: Chain,
        held: Response | None,
        request: Request,
        reply: ResponseReply,
        in_steps: bool,
        tell: Callable[[str], None],
    ) -> None:
        """Note what the server keeps by now: the reply too, unless it is known here otherwise than there."""
        if not reply.is_stored:
            self.chain = None
            tell(NOT_STORED)
            return
        answer = reply.message(reasoning=in_steps or reply.calls_tools)
        if reply.id and reply.is_as_kept(answer):
            thought = 0 if "reasoning_items" in answer else reply.reasoning_tokens
            self.chain = chain.after(held, request["messages"], answer, reply.id, thought)


def why_not(error: Exception, held: Response | None) -> str | None:
    """Why a server does not go on from a response, if it is that: it has no longer got it, ignores it, or refuses to."""
    if held is None:
        return None
    if isinstance(error, NotContinued):
        return IGNORED
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if status not in (None, *NO_ANSWER) or isinstance(error, (OSError, TimeoutError)):
        return None
    words = str(error)
    if getattr(error, "code", None) == "previous_response_not_found" or held.id in words:
        return GONE
    return REFUSED if "previous_response_id" in words else None
