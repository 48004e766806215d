"""What lesson 05 claims of a request that does not fit into the window: it is an error, and no prompt that is cut in silence."""

from __future__ import annotations

import openai

from chat_memory import ChatMemory, IncompleteReply, count_tokens

from ..judging import Broken, Otherwise, criterion
from ..server import MESSAGES, NotNow, Server, assistant, new_word, prompt_tokens, text_of, user
from ..words import quoted, said_by
from .messages import NO_USAGE, WHICH_WORD, code_word

PATIENCE = 5  # times the usual: a server that takes such a request has much to read
SIZES = (4_096, 8_192, 16_384, 32_768)  # tokens: tried on a server of one's own that does not say its window
BEYOND = 1.25  # of the window: other tokenizers cut our texts into more pieces, seldom into fewer
CUT = 0.8  # of the tokens that are expected: below that something was left out
LINES = "Room {n} of the museum shows {m} ships, and a map of the harbour."


def filled(tokens: int, rate: float, first: str = "Hello") -> MESSAGES:
    """Turns of at least so many tokens of a server whose tokenizer makes `rate` of one of ours, with a question at the end."""
    pair = count_tokens(turn_with(100)) - 3
    turns = [message for _ in range(int(tokens / min(rate, 1.0)) // pair + 1) for message in turn_with(100)]
    return [user(first), assistant("Noted."), *turns, user(WHICH_WORD)]


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
    tried, small, word = sizes(server), turn_with(20)[:1], new_word()
    seen = prompt_tokens(server.chat(small, limit=8))
    if seen is None:
        raise Otherwise(NO_USAGE)
    rate = seen / count_tokens(small)
    for size in tried:
        sent = filled(size, rate, code_word(word))
        expected = int(rate * count_tokens(sent))
        try:
            answer = server.with_patience(PATIENCE).chat(sent, limit=20)
        except openai.APITimeoutError:
            raise Otherwise(
                f"It read about {expected:,} tokens for too long to wait for: --window TOKENS helps."
            ) from None
        except openai.BadRequestError as error:
            return f"About {expected:,} tokens: {said_by(error)}"
        except (openai.APIStatusError, NotNow) as error:
            raise not_a_bad_request(expected, error) from None
        not_cut(expected, prompt_tokens(answer))
    shown = (
        f"The code word at their beginning was {word}, and asked for it the model said {quoted(text_of(answer), 160)}."
    )
    raise Otherwise(f"{too_large(tried[-1])} {shown}")


def not_a_bad_request(expected: int, error: openai.APIError | NotNow) -> Broken | Otherwise:
    """What it means that a request which is too long is refused with another error."""
    said = str(error) if isinstance(error, NotNow) else said_by(error)
    if isinstance(error, NotNow) and error.status == 429:
        return Otherwise(f"About {expected:,} tokens are above a rate limit: {said}")
    return Broken(f"About {expected:,} tokens are no BadRequestError, but {said}")


def status_of(error: openai.APIError) -> int | None:
    """The HTTP status of an error, or that which an event in a stream says; None where there is none."""
    code = error.code or (error.body.get("code") if isinstance(error.body, dict) else None)
    found = getattr(error, "status_code", code)
    return found if isinstance(found, int) else None


def not_cut(expected: int, read: int | None) -> None:
    """Raise Broken where far fewer tokens were read than were sent."""
    if read and read < expected * CUT:
        raise Broken(f"Of about {expected:,} tokens it read {read:,}, and said nothing of it.")


def too_large(size: int) -> str:
    return f"It takes {size:,} tokens and more: a window larger than that could not be overflowed."


@criterion(
    "A stream that is too long for the window is an error too, and ChatMemory takes nothing of it for a reply", lesson=7
)
def overflow_streamed(server: Server) -> str:
    size = sizes(server)[-1]
    small = turn_with(20)[0]["content"]
    read, problem = streamed(server, small)
    if problem:
        raise Otherwise(f"A short one is an error as well, so this could not be seen: {said_by(problem)}")
    rate = read / count_tokens([user(small)]) if read else 1.0
    text = "\n".join(message["content"] for message in filled(size, rate))
    expected = int(rate * count_tokens([user(text)]))
    try:
        read, problem = streamed(server.with_patience(PATIENCE), text)
    except openai.APITimeoutError:
        raise Otherwise("It read for too long to wait for: --window TOKENS helps.") from None
    except NotNow as error:
        raise not_a_bad_request(expected, error) from None
    if isinstance(problem, openai.APIError) and status_of(problem) not in (None, 400):
        raise not_a_bad_request(expected, problem)
    if problem:
        return said_by(problem)
    not_cut(expected, read)
    raise Otherwise(too_large(size))


def streamed(server: Server, text: str) -> tuple[int, Exception | None]:
    """How many tokens of a text are read that a ChatMemory sends in a stream, and the error that came in place of a reply."""
    options = {server.limit_parameter: 8, **server.options}
    window = 20 * count_tokens([user(text)])
    memory = ChatMemory(server.patient(), max_tokens=window, reply_tokens=8, model=server.model, options=options)
    try:
        server.insist(lambda: "".join(memory.stream(text)), 8)
    except openai.APIConnectionError:
        raise
    except (openai.APIError, IncompleteReply) as error:
        if "limit for the reply" not in str(error):
            return 0, error
    return memory.usage.prompt_tokens, None
