"""What lesson 05 claims of replies: a limit binds, and the finish reason says how a reply has ended."""

from __future__ import annotations

from ..judging import Broken, Otherwise, criterion
from ..server import ROOM, Server, text_of, user
from ..words import quoted, said_by
from .messages import REFUSALS

LIMIT = 8  # tokens
LONG = [user("Write out all whole numbers from one to one hundred in words, separated by commas.")]


@criterion('A limit for the reply binds, and the reply then ends with "length"', lesson=5)
def limit_binds(server: Server) -> str:
    answer = server.chat(LONG, limit=LIMIT)
    reason, said = answer.choices[0].finish_reason, text_of(answer)
    size = answer.usage.completion_tokens if answer.usage else None
    if (size is not None and size > LIMIT) or len(said.split()) > LIMIT:
        words = f"{size} tokens" if size is not None else f"{len(said.split())} words"
        raise Broken(f"Limited to {LIMIT} tokens by {server.limit_parameter}, the reply had {words}: {quoted(said)}.")
    if reason == "length":
        return f"Limited to {LIMIT} tokens: {quoted(said)}, finish_reason length."
    if size is not None and size < LIMIT:
        raise Otherwise(f"The reply was over before the limit: {quoted(said)}, {size} tokens, finish_reason {reason}.")
    raise Broken(f"Cut off at {LIMIT} tokens, {quoted(said)}, but its finish_reason is {reason!r}.")


@criterion('A reply that comes to its end says "stop"', lesson=5)
def says_stop(server: Server) -> str:
    for question in ("Reply with the word OK and nothing else.", "Is the sky blue? Say yes or no."):
        answer = server.chat([user(question)], limit=ROOM)
        reason, size = answer.choices[0].finish_reason, answer.usage.completion_tokens if answer.usage else 0
        if reason == "stop":
            return f"{quoted(text_of(answer))}, finish_reason stop."
        if reason != "length" or 0 < size < ROOM // 2:
            raise Broken(f"{quoted(text_of(answer))}, {size} tokens, has the finish_reason {reason!r}.")
    raise Otherwise(f"No reply came to its end within {ROOM} tokens, so this could not be seen.")


@criterion("A stop sequence ends a reply before it is written", lesson=5)
def stop_sequence(server: Server) -> str:
    stop = [" ", ",", "\n", "e"]  # in the first word or right behind it, whatever is said
    try:
        answer = server.chat(LONG, limit=60, stop=stop)
    except REFUSALS as error:
        raise Otherwise(f"Refused, {said_by(error)}") from None
    said = text_of(answer).lstrip()
    if any(sign in said.rstrip() for sign in stop):
        raise Broken(f"With stop={stop} the reply was {quoted(said)}.")
    return f"With stop={stop} the reply ends as {quoted(said)}, finish_reason {answer.choices[0].finish_reason}."
