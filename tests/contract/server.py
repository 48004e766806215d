"""The server that is held against the contract: how it is asked, and what was asked of it so far."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import openai

MESSAGES = list[dict[str, Any]]
TOO_MANY = 400  # chunks above the limit: it does not bind, and nobody waits for the end
ROOM = 150  # tokens that a reply may have where nothing else is said


@dataclass
class Asked:
    """What was asked so far. Tokens are those that the server has said; `most_out` is the sum of all limits."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    most_out: int = 0

    def note(self, usage: Any) -> None:
        self.tokens_in += getattr(usage, "prompt_tokens", None) or getattr(usage, "input_tokens", None) or 0
        self.tokens_out += getattr(usage, "completion_tokens", None) or getattr(usage, "output_tokens", None) or 0


@dataclass(frozen=True)
class Server:
    """A client with the model that it asks. Every reply has a limit; a request that fails is not sent again.

    `window` is its context window in tokens, where that is known. `options` go into each chat request. `is_remote` says
    that it may be paid for, so that no criterion sends long requests in search of its window.
    """

    client: openai.OpenAI
    model: str
    limit_parameter: str = "max_completion_tokens"
    embedding_model: str = "text-embedding-3-small"
    window: int | None = None
    is_remote: bool = False
    timeout: float = 60.0  # seconds without a byte
    options: dict[str, Any] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)

    def chat(self, messages: MESSAGES, limit: int = ROOM, **options: Any) -> Any:
        """The answer to a chat request."""
        answer = self._create(messages, limit, options)
        self.asked.note(getattr(answer, "usage", None))
        return answer

    def chunks(self, messages: MESSAGES, limit: int = ROOM, **options: Any) -> list[Any]:
        """The chunks of a streamed one: all of them, but of one that does not end only so many as are far too many."""
        with self._create(messages, limit, {"stream": True, **options}) as stream:
            chunks = list(islice(stream, TOO_MANY + limit))
        for chunk in chunks[-1:]:
            self.asked.note(getattr(chunk, "usage", None))
        return chunks

    def _create(self, messages: MESSAGES, limit: int, options: dict[str, Any]) -> Any:
        self.will_ask(limit)
        given = {"model": self.model, "messages": messages, self.limit_parameter: limit, **self.options, **options}
        return self.patient().chat.completions.create(**given)

    def respond(self, limit: int = ROOM, **request: Any) -> Any:
        """The answer of the Responses API."""
        self.will_ask(limit)
        answer = self.patient().responses.create(model=self.model, max_output_tokens=limit, **request)
        self.asked.note(getattr(answer, "usage", None))
        return answer

    def embed(self, texts: list[str]) -> Any:
        """The answer with the vectors of texts."""
        self.will_ask(0)
        return self.patient().embeddings.create(model=self.embedding_model, input=texts)

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
