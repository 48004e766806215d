"""The server that is held against the contract: how it is asked, and what was asked of it so far."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import openai

from chat_memory.replies.server_words import no_reply

from .words import said_by

MESSAGES = list[dict[str, Any]]
TOO_MANY = 400  # chunks above the limit: it does not bind, and nobody waits for the end
ROOM = 150  # tokens that a reply may have where nothing else is said
AGAIN = 2  # times that a request is sent again, after an error that may pass
LONGEST_WAIT = 60.0  # seconds, for a rate limit
PASSING = (429, 502, 503, 504)  # a rate limit, and what stands before a server that does not answer just now


class NoReply(Exception):
    """The server answered, but not with a reply; the message says with what."""


class NotNow(Exception):
    """A rate limit, or a server that is overloaded, and it did not pass: it says nothing of what the server is."""

    def __init__(self, error: openai.APIStatusError) -> None:
        super().__init__(said_by(error))
        self.status = error.status_code


@dataclass
class Asked:
    """What was asked so far. Tokens are those that the server has said; `most_out` is the sum of all limits."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    most_out: int = 0
    thought: bool = False  # whether the model showed that it thinks before it replies

    def note(self, answer: Any) -> None:
        usage = getattr(answer, "usage", None)
        self.tokens_in += getattr(usage, "prompt_tokens", None) or getattr(usage, "input_tokens", None) or 0
        self.tokens_out += getattr(usage, "completion_tokens", None) or getattr(usage, "output_tokens", None) or 0


@dataclass(frozen=True)
class Server:
    """A client with the model that it asks. Every reply has a limit; what may pass is waited for, and asked again.

    `window` is its context window in tokens, where that is known. `options` go into each chat request. `is_remote` says
    that it may be paid for, so that no criterion sends long requests in search of its window.
    """

    client: openai.OpenAI
    model: str
    limit_parameter: str = "max_completion_tokens"
    embedding_model: str = "text-embedding-3-small"
    window: int | None = None
    is_remote: bool = False
    timeout: float = 60.0  # seconds without a byte, and for the whole of a stream
    sleep: Callable[[float], None] = time.sleep
    options: dict[str, Any] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)

    def chat(self, messages: MESSAGES, limit: int = ROOM, **options: Any) -> Any:
        """The answer to a chat request. Raises NoReply where it holds none."""
        answer = self._create(messages, limit, options)
        self.asked.note(answer)
        if not getattr(answer, "choices", None):
            raise NoReply(no_reply(answer))
        self.asked.thought |= _thought(answer.choices[0], "message")
        return answer

    def chunks(self, messages: MESSAGES, limit: int = ROOM, **options: Any) -> list[Any]:
        """The chunks of a streamed one: all of them, but of one that does not end only so many as are far too many.

        Raises NoReply where it holds none, and APITimeoutError where it is not over in time, whatever keeps it open.
        """
        with self._create(messages, limit, {"stream": True, **options}) as stream:
            _end_at(time.monotonic() + self.timeout, stream.response)
            chunks = list(islice(stream, TOO_MANY + limit))
        for chunk in chunks[-1:]:
            self.asked.note(chunk)
        filled = [chunk.choices[0] for chunk in chunks if chunk.choices]
        if not filled:
            raise NoReply("The stream held nothing.")
        self.asked.thought |= any(_thought(each, "delta") for each in filled)
        return chunks

    def _create(self, messages: MESSAGES, limit: int, options: dict[str, Any]) -> Any:
        given = {"model": self.model, "messages": messages, self.limit_parameter: limit, **self.options, **options}
        return self.insist(lambda: self.patient().chat.completions.create(**given), limit)

    def respond(self, limit: int = ROOM, **request: Any) -> Any:
        """The answer of the Responses API. Raises NoReply where it is none, as of servers that say 200 to all paths."""
        given = {"model": self.model, "max_output_tokens": limit, **request}
        answer = self.insist(lambda: self.patient().responses.create(**given), limit)
        self.asked.note(answer)
        if not getattr(answer, "id", None) or getattr(answer, "output", None) is None:
            raise NoReply(no_reply(answer))
        return answer

    def embed(self, texts: list[str]) -> Any:
        """The answer with the vectors of texts. Raises NoReply where it holds none."""
        try:
            return self.insist(lambda: self.patient().embeddings.create(model=self.embedding_model, input=texts), 0)
        except ValueError as error:  # the client's, who looks into the answer
            raise NoReply(str(error)) from None

    def insist(self, ask: Callable[[], Any], limit: int) -> Any:
        """Ask, and again after errors that may pass. Raises NotNow where such a one does not, other errors as they are."""
        for is_last in (*[False] * AGAIN, True):
            self.will_ask(limit)
            try:
                return ask()
            except openai.APIStatusError as error:
                wait = seconds_to_wait(error)
                if not is_last and wait <= LONGEST_WAIT:
                    self.sleep(wait)
                elif error.status_code in PASSING:
                    raise NotNow(error) from None
                else:
                    raise
        raise AssertionError("the last attempt has an answer, or raises")

    def will_ask(self, limit: int) -> None:
        """Note a request that is about to be sent, whatever comes of it."""
        self.asked.requests += 1
        self.asked.most_out += limit

    def patient(self) -> openai.OpenAI:
        """The client, which waits as long as it may, and does not ask again by itself."""
        return self.client.with_options(max_retries=0, timeout=self.timeout)

    def with_patience(self, times: float) -> Server:
        """The same server, for requests that take longer."""
        return replace(self, timeout=self.timeout * times)

    def asked_within(self, seconds: float) -> Server:
        """The same server, which has so long for an answer."""
        return replace(self, timeout=seconds)

    def with_window(self, tokens: int | None) -> Server:
        """The same server, with this context window."""
        return replace(self, window=tokens)

    def with_key(self, key: str) -> Server:
        """The same server, asked with another key."""
        return replace(self, client=self.client.with_options(api_key=key))

    def with_model(self, name: str) -> Server:
        """The same server, asked for another model."""
        return replace(self, model=name)


def seconds_to_wait(error: openai.APIStatusError) -> float:
    """How long to wait until an error may have passed; without end where it will not, as with a used-up quota."""
    is_limit = error.status_code == 429
    if error.code == "insufficient_quota" or not (is_limit or error.status_code in (500, *PASSING)):
        return float("inf")
    try:
        return max(float(error.response.headers.get("retry-after", "")), 0.0)
    except ValueError:
        return 30.0 if is_limit else 0.5


def _end_at(moment: float, response: Any) -> None:
    """Let a stream end with APITimeoutError after this moment: comments come without ever being a chunk."""
    arriving = response.iter_bytes

    def in_time() -> Iterator[bytes]:
        for piece in arriving():
            if time.monotonic() > moment:
                raise openai.APITimeoutError(request=response.request)
            yield piece

    response.iter_bytes = in_time


def _thought(choice: Any, place: str) -> bool:
    """Whether a choice shows what its model thinks before the reply, as servers of open models do."""
    said = getattr(choice, place, None)
    return bool(getattr(said, "reasoning_content", None) or getattr(said, "reasoning", None))


def system(text: str) -> dict[str, Any]:
    return {"role": "system", "content": text}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def text_of(answer: Any) -> str:
    """The text of a reply; "" where it has none."""
    return str(answer.choices[0].message.content or "")


def text_in(chunks: Iterable[Any]) -> str:
    """The text of a streamed reply."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def prompt_tokens(answer: Any) -> int | None:
    """How many tokens the server says it has read; None where it does not say."""
    found = getattr(getattr(answer, "usage", None), "prompt_tokens", None)
    return found if isinstance(found, int) else None


def new_word() -> str:
    """A word that no model has read before and none can guess, because it means nothing."""
    syllables = "bra dru fel gam hux jor kem lun mip nov pra quil rus tez vok wim xan yor zel".split()
    return "".join(random.SystemRandom().sample(syllables, 4)).capitalize()
