"""The course of one question to the model: the request goes out, the reply comes in, whole or as a stream, and is counted."""

from ..errors import IncompleteReply, carry
from ..tokens import Counting
from .api import CHAT, Api
from .extras import Known, doubted, extras, not_kept_to, refused
from .null_content import NULL_CONTENT, refuses_null, with_empty_texts
from .reply import Reply
from .steps import Course, Request, Send, Stream
from .usage import Usage


def asked(
    request: Request,
    usage: Usage | None,
    counting: Counting | None = None,
    known: Known | None = None,
    *,
    limit: int | None = None,
    enough: int | None = None,
    api: Api = CHAT,
) -> Course[str]:
    """Ask the model and return the text of its reply; `request` holds at least model and messages.

    Of several choices it is the first one, of a list of parts their text, without the thinking that some models write
    first (<think>…</think>, or what stands before a </think> on a line of its own); half of an emoji becomes the sign
    U+FFFD. `usage` is added to; what the server does not say is counted as `counting` says, or else the model counts.

    `limit` is the most tokens that the reply may have: see `limit_for`. A server that refuses a parameter that is asked
    with here is asked again without, and so is a model that was cut off at this limit before it said a word: it has
    thought. `known` remembers this. `api` is the API that is asked; the request is that of a chat with any of them.

    With `enough` the limit is a guess, and no reason to fail: it is left out once where an error may be about it, in
    whatever words, and where it has cut off a reply of fewer tokens than `enough`, as they are counted here. (There
    thoughts have used it up that nobody reports, or the server's tokenizer has more tokens for the text.)

    Raises IncompleteReply for a reply that is empty, cut off, broken off, a refusal or a call, and for an answer that is
    none, with the server's words; TypeError for the wrong kind of client; and what the client raises.
    """
    reply = yield from replied(request, usage, counting, known, limit=limit, enough=enough, api=api)
    return reply.text


def replied(
    request: Request,
    usage: Usage | None,
    counting: Counting | None = None,
    known: Known | None = None,
    *,
    limit: int | None = None,
    enough: int | None = None,
    streamed: bool = False,
    api: Api = CHAT,
    held: int = 0,
) -> Course[Reply]:
    """The same for the reply itself. Where the request offers tools, calls of these are a reply too.

    Of a reply that is `streamed` the pieces go out while they arrive, and IncompleteReply is raised after the last one.
    What has gone out cannot be taken back: where thinking has an end alone (</think>), it is out; what is returned is
    without. See `after_thinking`. A stream that is given up or breaks off is counted too. `held` is how many of the
    messages the server has already, where the request goes on from what it has kept.
    """
    known, without, tried = known or Known(), set[str](), set[str]()
    while True:
        wanted = extras(request, known, without | tried, api.asking, limit=limit, streamed=streamed)
        sent = (with_empty_texts(request) if NULL_CONTENT in known.refused | without else request) | wanted
        reply = api.reply(usage, sent, "delta" if streamed else "message", counting)
        reply.held = held
        try:
            going_out = api.request(sent, held, known.unreadable)
            if streamed:
                yield Stream(going_out, reply, api.resource)
            else:
                reply.take((yield Send(going_out, api.resource)))
                reply.rest()
            reply.whole()
            known.went_well(wanted, tried, request["model"])
            return reply
        except Exception as error:
            if reply.is_wordless and not wanted.keys().isdisjoint(api.asking.limits):
                known.wordless.add(request["model"])
                continue
            if not reply.is_out and (unreadable := api.unreadable(error, sent) - known.unreadable):
                known.unreadable |= unreadable
                continue
            limits = wanted.keys() & set(api.asking.limits)
            if enough and limits and _is_cut_short(error, enough, counting or Counting.of(request["model"])):
                limit = None
                tried.add(request["model"])
                continue
            name = None if reply.is_answer else refused(error, request, wanted, api.asking)
            if name is None and not reply.is_answer and refuses_null(error, sent):
                name = NULL_CONTENT
            no_name = name is None and not reply.is_answer
            if no_name and (doubts := doubted(error, wanted, api.asking, guessed=enough is not None)):
                limit = None if doubts & limits else limit  # for this request: another one may leave more room
                tried |= doubts - limits
                continue
            if name is None:
                carry(error, **({"is_out": True} if reply.is_out else {}))
                raise
            without.add(name)
        finally:
            if reply.stored:
                known.stored.append(reply.stored)
            reply.count()
            if reply.is_answer:
                known.refused |= without
                known.ignored |= not_kept_to(reply.written, wanted, api.asking)
                if reply.has_thought:
                    known.thinking.add(request["model"])


def _is_cut_short(error: Exception, enough: int, counting: Counting) -> bool:
    """Whether a reply was cut off at its limit though it has fewer tokens than would be enough."""
    beginning = error.beginning.strip() if isinstance(error, IncompleteReply) else ""
    return beginning != "" and counting.text(beginning) < enough
