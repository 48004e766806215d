"""What lesson 05 claims of replies: a limit binds, and the finish reason says how a reply has ended."""

from __future__ import annotations

from chat_memory import count_tokens

from ..judging import Broken, Otherwise, criterion
from ..server import ROOM, Server, text_of, user
from ..words import quoted, said_by
from .messages import REFUSALS, not_empty

LIMIT = 8  # tokens
FAR = 3  # times the limit, by our count: no tokenizer makes so few tokens of a text
LONG = [user("Write out all whole numbers from one to one hundred in words, separated by commas.")]


@criterion('A limit for the reply binds, and the reply then ends with "length"', lesson=5)
def limit_binds(server: Server) -> str:
    answer = server.chat(LONG, limit=LIMIT)
    size = answer.usage.completion_tokens if answer.usage else None
    return bound(server, text_of(answer), answer.choices[0].finish_reason, size)


def bound(server: Server, said: str, reason: str | None, size: int | None) -> str:
    """Say that a reply was cut off at the limit; `size` is what the server says, in tokens. Raises where it was not."""
    not_empty(said, server)
    ours = count_tokens([user(said)]) - count_tokens([user("")])
    told = ours if size is None else size
    if told > (LIMIT if size is not None else FAR * LIMIT) or len(said.split()) > LIMIT or ours > FAR * LIMIT:
        words = f"{size} tokens by the server's count, and " if size is not None else ""
        raise Broken(
            f"Limited to {LIMIT} tokens by {server.limit_parameter}, the reply had {words}{ours} by ours: {quoted(said)}."
        )
    if reason == "length":
        return f"Limited to {LIMIT} tokens: {quoted(said)}, finish_reason length."
    if told < LIMIT:
        raise Otherwise(f"The reply was over before the limit: {quoted(said)}, {told} tokens, finish_reason {reason}.")
    raise Broken(f"Cut off at {LIMIT} tokens, {quoted(said)}, but its finish_reason is {reason!r}.")


@criterion('A reply that comes to its end says "stop"', lesson=5)
def says_stop(server: Server) -> str:
    for question in ("Reply with the word OK and nothing else.", "Is the sky blue? Say yes or no."):
        answer = server.chat([user(question)], limit=ROOM)
        reason, size = answer.choices[0].finish_reason, answer.usage.completion_tokens if answer.usage else 0
        if reason == "stop":
            return f"{quoted(not_empty(text_of(answer), server))}, finish_reason stop."
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
    not_empty(said, server)
    return f"With stop={stop} the reply ends as {quoted(said)}, finish_reason {answer.choices[0].finish_reason}."
