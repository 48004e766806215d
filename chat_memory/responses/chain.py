"""The chain that a server keeps: which response holds which messages, so that only what comes after them is sent.

What a server holds can only be added to. So a chain says what was sent and answered, and a request goes on from the newest
response that holds nothing but the beginning of what is to be sent: after a fold there is none, and all is sent; where the
newest turn was taken back, it is the one before it. Any response can be gone on from, as often as one likes.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from ..errors import IncompleteReply
from ..messages import Message
from ..replies.extras import STORE, Known, is_about
from ..replies.reply import Reply
from ..replies.server_words import told_by
from ..replies.steps import Course, Request
from .reply import NotContinued, ResponseReply, ServerError

GONE, IGNORED, REFUSED, NOT_STORED = "gone", "ignored", "refused", "not stored"  # why nothing can be gone on from
NO_ANSWER = (400, 404, 410, 422, 501)  # the states with which a server says so
NOT_THERE = (404, 410)  # of these, those that need no further words
NO_EXPLANATION = ("", "404", "410", "not_found", "not_found_error")  # an error's code that adds nothing to that
LOST = r"(?:not|n't) (?:be )?(?:found|exist)|no longer|expired|deleted"  # what is said of a response that is not there
REFUSES = (
    r"un(?:known|supported|recogni[sz]ed|expected)|(?:not|n't|cannot) (?:support|permit|allow|accept|implement)\w*"
)
ASK_TO_KEEP = (
    "The server refuses the parameter 'store', and without it many servers store what is said. With server_keeps=True, which "
    "allows that, it is asked without."
)


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
        ask: Callable[..., Course[Reply]],
        request: Request,
        known: Known,
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
            try:
                asked = ask(self._going_on(request, held, known), held=held.messages if held else 0)
                reply = cast(ResponseReply, (yield from asked))
            except Exception as error:
                reason = self._given_up(error, request, held, known)
                if reason is None:
                    raise
                tell(reason)
                continue
            if chain is not None:
                self._note(chain, held, request, reply, in_steps, tell)
            return reply

    def _going_on(self, request: Request, held: Response | None, known: Known) -> Request:
        """A request that goes on from what the server holds, and asks it to keep what comes."""
        going_on = {"previous_response_id": held.id} if held else {}
        return {**request, **going_on, **({} if STORE in known.refused else {STORE: self.chain is not None})}

    def _given_up(self, error: Exception, request: Request, held: Response | None, known: Known) -> str | None:
        """Why all has to be sent again after an error, without what the server was asked to keep; None where it has not."""
        if is_refused(STORE, error, request) and STORE not in known.refused:
            known.refused.add(STORE)
            reason: str | None = REFUSED
        else:
            reason = why_not(error, request, held)
        if reason is not None:
            self.chain = Chain() if reason == GONE else None
        return reason

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
            thought = 0 if "reasoning_tokens" in answer else reply.thought
            self.chain = chain.after(held, request["messages"], answer, reply.id, thought)


def why_not(error: Exception, request: Request, held: Response | None) -> str | None:
    """Why a server does not go on from a response, if it is that: it has no longer got it, ignores it, or refuses to.

    A server that is asked to go on and finds nothing there is taken at its word: asked with everything, it says what else
    it lacks. What the model says is no reason, and neither is anything once some of the text has gone out.
    """
    if held is None:
        return None
    if isinstance(error, NotContinued):
        return IGNORED
    if not _is_answered_with(error):
        return None
    code = str(getattr(error, "code", None) or "").lower()
    is_there = _status(error) not in NOT_THERE or code not in NO_EXPLANATION
    if code == "previous_response_not_found" or not is_there or _is_lost(error, request, held):
        return GONE
    return REFUSED if is_refused("previous_response_id", error, request) else None


def is_refused(name: str, error: Exception, request: Request) -> bool:
    """Whether a server, or a client, refuses a parameter. `store` is a word like any other, so that has to be said near it."""
    if not _is_answered_with(error):
        return False
    named = rf"['\"`]{name}['\"`]"  # as a question that is repeated hardly does
    near = rf"(?:{REFUSES})\W+(?:\w+\W+){{0,5}}?{named}|{named}\W+(?:\w+\W+){{0,5}}?(?:{REFUSES})"
    said_elsewhere = STORE if name == STORE else str(request)
    return re.search(near, str(error), re.IGNORECASE) is not None or is_about(name, error, said_elsewhere)


def without_keeping(course: Course[Reply], request: Request) -> Course[Reply]:
    """The course of a request of which the server is to keep nothing; where it refuses to be told so, the error says more."""
    try:
        return (yield from course)
    except Exception as error:
        if is_refused(STORE, error, request):
            error.add_note(ASK_TO_KEEP)
        raise


def _is_lost(error: Exception, request: Request, held: Response) -> bool:
    """Whether an error says of the response, by its id or as the parameter, that it is not there."""
    words = told_by(error)
    if held.id in words and held.id not in str(request["messages"]):
        return re.search(f"{LOST}|unknown", words, re.IGNORECASE) is not None
    return is_refused("previous_response_id", error, request) and re.search(LOST, words, re.IGNORECASE) is not None


def _is_answered_with(error: Exception) -> bool:
    """Whether an error is what a server, or a client, says of a request, before any of the reply has gone out."""
    if getattr(error, "is_out", False) or isinstance(error, (OSError, TimeoutError)):
        return False
    if isinstance(error, IncompleteReply) and not isinstance(error, ServerError):
        return False
    return _status(error) in (None, 200, *NO_ANSWER)


def _status(error: Exception) -> object:
    response = getattr(error, "response", None)
    return getattr(error, "status_code", None) or getattr(response, "status_code", None)
