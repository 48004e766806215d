"""The course of one question to the model: the request goes out, the reply comes in, whole or as a stream, and is counted."""

from ..tokens import Counting
from .reply import Reply
from .steps import Course, Request, Send, Stream
from .stream_usage import STREAM_OPTIONS, is_about_usage, usage_wanted
from .usage import Usage


def asked(request: Request, usage: Usage | None, counting: Counting | None = None) -> Course[str]:
    """Ask the model and return the text of its reply; `request` holds at least model and messages.

    Of several choices it is the first one, of a list of parts their text, without the thinking that some models write
    first (<think>…</think>, or what stands before a </think> on a line of its own); half of an emoji becomes the sign
    U+FFFD. `usage` is added to; what the server does not say is counted as `counting` says, or else the model counts.

    Raises IncompleteReply for a reply that is empty, cut off, broken off, a refusal or a call, and for an answer that is
    none, with the server's words; TypeError for the wrong kind of client; and what the client raises.
    """
    reply = yield from replied(request, usage, counting)
    return reply.text


def replied(request: Request, usage: Usage | None, counting: Counting | None = None) -> Course[Reply]:
    """The same for the reply itself. Where the request offers tools, calls of these are a reply too."""
    reply = Reply(usage, request, "message", counting)
    answer = yield Send(request)
    try:
        reply.take(answer)
        reply.rest()
    finally:
        reply.count()
    reply.whole()
    return reply


def replied_as_a_stream(
    request: Request, usage: Usage | None, refused: set[str], counting: Counting | None = None
) -> Course[Reply]:
    """The same with a reply whose pieces go out while they arrive. Raises IncompleteReply after the last piece.

    What has gone out cannot be taken back: where thinking has an end alone (</think>), it is out; what is returned is
    without. See `after_thinking`. A server that refuses to be asked for the usage is asked again without; `refused`
    remembers this. A stream that is given up or breaks off is counted too.
    """
    for wanted in usage_wanted(refused):
        reply = Reply(usage, request, "delta", counting)
        try:
            yield Stream(request | wanted, reply)
            reply.whole()
            return reply
        except Exception as error:
            if not wanted or reply.is_answer or not is_about_usage(error, request):
                raise
        finally:
            reply.count()
            if not wanted and reply.is_answer:
                refused.add(STREAM_OPTIONS)
    raise AssertionError("The last attempt returns or raises.")
