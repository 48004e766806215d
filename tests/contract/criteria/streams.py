"""What lesson 07 claims of streams: the reply arrives in pieces, its end says how it ended, and its usage can be asked for."""

from __future__ import annotations

from ..judging import Broken, Otherwise, criterion
from ..server import Server, prompt_tokens, text_in, user
from ..words import quoted, said_by
from .messages import REFUSALS, not_empty
from .replies import LIMIT, LONG, bound

QUESTION = [user("Write one sentence about the sea.")]
ROOM = 60  # tokens
WITH_USAGE = {"stream_options": {"include_usage": True}}


@criterion("A streamed reply comes in pieces, and the last says how it has ended", lesson=7)
def in_pieces(server: Server) -> str:
    chunks = server.chunks(QUESTION, limit=ROOM)
    pieces = [chunk for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
    if not reasons:
        raise Broken(
            f"The stream of {quoted(text_in(chunks))} has no finish_reason: whole or broken off, it looks alike."
        )
    if len(set(reasons)) > 1:
        raise Broken(f"The stream has {len(set(reasons))} finish reasons: {reasons}.")
    not_empty(text_in(chunks), server)
    if len(pieces) == 1:
        raise Otherwise(f"{quoted(text_in(chunks))} came in one piece, at its end.")
    return f"{quoted(text_in(chunks))}, in {len(pieces)} pieces, finish_reason {reasons[0]}."


@criterion("A stream says its usage when it is asked to, as an answer does", lesson=7)
def usage_in_streams(server: Server) -> str:
    try:
        chunks = server.chunks(QUESTION, limit=ROOM, **WITH_USAGE)
    except REFUSALS as error:
        raise Otherwise(f"stream_options are refused, {said_by(error)} ChatMemory then counts by itself.") from None
    said = [chunk.usage for chunk in chunks if getattr(chunk, "usage", None)]
    if not said:
        raise Otherwise("Asked for with stream_options, no usage came. ChatMemory then counts by itself.")
    streamed, whole = said[-1].prompt_tokens, prompt_tokens(server.chat(QUESTION, limit=ROOM))
    if whole is not None and streamed != whole:
        raise Broken(f"The same request has {streamed} prompt tokens when it is streamed, and {whole} when it is not.")
    if not said[-1].completion_tokens:
        raise Broken(f"The stream of {quoted(text_in(chunks))} has {said[-1].completion_tokens} completion tokens.")
    return f"{streamed} prompt tokens and {said[-1].completion_tokens} completion tokens."


@criterion("A limit for the reply binds in a stream too", lesson=7)
def limit_in_streams(server: Server) -> str:
    chunks = server.chunks(LONG, limit=LIMIT)
    reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
    sizes = [chunk.usage.completion_tokens for chunk in chunks if getattr(chunk, "usage", None)]
    return bound(server, text_in(chunks), reasons[-1] if reasons else None, sizes[-1] if sizes else None)
