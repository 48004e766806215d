"""What lesson 05 claims of a request that does not fit into the window: it is an error, and no prompt that is cut in silence."""

from __future__ import annotations

import openai

from chat_memory import ChatMemory, IncompleteReply, count_tokens

from ..judging import Broken, Otherwise, criterion
from ..server import MESSAGES, Server, assistant, prompt_tokens, user
from ..words import said_by
from .messages import NO_USAGE

PATIENCE = 5  # times the usual: a server that takes such a request has much to read
SIZES = (4_096, 8_192, 16_384, 32_768)  # tokens: tried on a server of one's own that does not say its window
BEYOND = 1.25  # of the window: other tokenizers cut our texts into more pieces, seldom into fewer
CUT = 0.8  # of the tokens that are expected: below that something was left out
TOO_MUCH = (openai.BadRequestError, openai.APIStatusError)
LINES = "Room {n} of the museum shows {m} ships, and a map of the harbour."


def filled(tokens: int) -> MESSAGES:
    """Turns of at least so many tokens, as `count_tokens` counts, with a question at their end."""
    pair = count_tokens(turn_with(100)) - 3
    turns = [message for _ in range(tokens // pair + 1) for message in turn_with(100)]
    return [*turns, user("How many rooms are there?")]


def turn_with(lines: int) -> MESSAGES:
    return [user("\n".join(LINES.format(n=n, m=n + 3) for n in range(1, lines + 1))), assistant("Noted.")]


def sizes(server: Server) -> list[int]:
    """The sizes to be tried, in tokens. Raises Otherwise where the window is not known, and trying could be dear."""
    if server.window:
        return [int(server.window * BEYOND)]
    if server.is_remote:
        raise Otherwise("How large its window is, is not known here: --window TOKENS says it, then this is tried.")
    return list(SIZES)


@criterion("A request that is too long for the window is refused, with an error", lesson=5)
def overflow(server: Server) -> str:
    tried = sizes(server)
    small = turn_with(20)[:1]
    seen = prompt_tokens(server.chat(small, limit=8))
    if seen is None:
        raise Otherwise(NO_USAGE)
    rate = seen / count_tokens(small)
    for size in tried:
        sent = filled(size)
        expected = int(rate * count_tokens(sent))
        try:
            read = prompt_tokens(server.with_patience(PATIENCE).chat(sent, limit=8))
        except openai.APITimeoutError:
            raise Otherwise(
                f"It read about {expected:,} tokens for too long to wait for: --window TOKENS helps."
            ) from None
        except openai.RateLimitError as error:
            raise Otherwise(f"About {expected:,} tokens are above a rate limit: {said_by(error)}") from None
        except openai.BadRequestError as error:
            return f"About {expected:,} tokens: {said_by(error)}"
        except openai.APIStatusError as error:
            raise Broken(f"About {expected:,} tokens are no BadRequestError, but {said_by(error)}") from None
        if read is not None and read < expected * CUT:
            raise Broken(f"Of about {expected:,} tokens it read {read:,}, and said nothing of it.")
    raise Otherwise(f"It takes {tried[-1]:,} tokens and more: a window larger than that could not be overflowed.")


@criterion(
    "A stream that is too long for the window is an error too, and ChatMemory takes nothing of it for a reply", lesson=7
)
def overflow_streamed(server: Server) -> str:
    size = sizes(server)[-1]
    text = "\n".join(message["content"] for message in filled(size))
    server.will_ask(8)
    client = server.with_patience(PATIENCE).patient()
    memory = ChatMemory(client, max_tokens=20 * size, reply_tokens=8, model=server.model, options=asked_with(server))
    try:
        "".join(memory.stream(text))
    except openai.APITimeoutError:
        raise Otherwise("It read for too long to wait for: --window TOKENS helps.") from None
    except openai.RateLimitError as error:
        raise Otherwise(f"Above a rate limit: {said_by(error)}") from None
    except (openai.APIError, IncompleteReply) as error:
        if "limit for the reply" not in str(error):
            return said_by(error)
    read = memory.usage.prompt_tokens
    if read and read < size * CUT:
        raise Broken(f"Of about {size:,} tokens it read {read:,}, and said nothing of it.")
    raise Otherwise(f"It takes {size:,} tokens and more, so nothing overflowed.")


def asked_with(server: Server) -> dict[str, object]:
    """The options of a memory by which its requests are as those of the criteria."""
    return {server.limit_parameter: 8, **server.options}
