"""One reply of a model: whole, or an error. Streamed or at once, and what it cost."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .errors import IncompleteReply
from .tokens import Message, count_tokens, text_tokens

UNFINISHED = {
    "length": "was cut off at the limit for the reply: allow a longer one",
    "content_filter": "was stopped by the provider's content filter",
    "tool_calls": "calls a function: offer no tools here, or run the function yourself",
    "function_call": "calls a function: offer no tools here, or run the function yourself",
}


@dataclass
class Usage:
    """What was used so far, in requests and tokens: as the server says, or counted here where it says nothing.

    `cached_tokens` are those of the prompt tokens that the server read from its prompt cache, `cache_write_tokens`
    those that it wrote to it.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0

    def add(self, reported: Any, messages: list[Message], text: str, model: str) -> None:
        """Add one answered request: its `usage` object, or None and what was sent and answered."""
        self.requests += 1
        if None in (getattr(reported, "prompt_tokens", None), getattr(reported, "completion_tokens", None)):
            self.prompt_tokens += count_tokens(messages, model=model)
            self.completion_tokens += text_tokens(text, model)
            return
        self.prompt_tokens += reported.prompt_tokens
        self.completion_tokens += reported.completion_tokens
        if details := getattr(reported, "prompt_tokens_details", None):
            self.cached_tokens += getattr(details, "cached_tokens", None) or 0
            self.cache_write_tokens += getattr(details, "cache_write_tokens", None) or 0


class _Reply:
    """A reply as it arrives, piece by piece."""

    def __init__(self, **request: Any) -> None:
        self._model, self._messages = request["model"], request["messages"]
        self._pieces: list[str] = []
        self._finish_reason = self._reported = None

    def take(self, answer: Any, part: str) -> str:
        """Take in the "message" of an answer or the "delta" of a chunk; return its text."""
        self._reported = answer.usage or self._reported
        if not answer.choices:  # such as a last chunk that holds the usage only
            return ""
        choice = answer.choices[0]
        piece = getattr(getattr(choice, part, None), "content", None) or ""
        self._finish_reason = choice.finish_reason or self._finish_reason
        self._pieces.append(piece)
        return piece

    def finish(self, usage: Usage | None) -> str:
        """Count what it cost and return the text; raise IncompleteReply unless it is a whole one."""
        text = joined(self._pieces)
        if usage is not None:
            usage.add(self._reported, self._messages, text, self._model)
        if self._finish_reason is None:
            raise IncompleteReply("The reply broke off before its end. Ask again.", text)
        if self._finish_reason in UNFINISHED:
            raise IncompleteReply(f"The reply {UNFINISHED[self._finish_reason]}.", text)
        if not text.strip():
            raise IncompleteReply("The reply is empty. Ask again, or allow a longer reply.", text)
        return text


def joined(pieces: Iterable[str]) -> str:
    """Pieces as one text that can be sent again: some servers cut an emoji into two halves, and a half cannot be."""
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def complete(client: Any, *, usage: Usage | None = None, **request: Any) -> str:
    """Ask the model and return the text of its reply; `request` holds at least model and messages.

    `usage` is added to. Raises IncompleteReply for a reply that is empty, cut off or broken off, and what the client
    raises.
    """
    reply = _Reply(**request)
    reply.take(client.chat.completions.create(**request), "message")
    return reply.finish(usage)


async def complete_async(client: Any, *, usage: Usage | None = None, **request: Any) -> str:
    """The same as `complete`, with an `openai.AsyncOpenAI`."""
    reply = _Reply(**request)
    reply.take(await client.chat.completions.create(**request), "message")
    return reply.finish(usage)


def stream(client: Any, *, usage: Usage | None = None, **request: Any) -> Iterator[str]:
    """The same as `complete`, as pieces of text while they arrive. Raises IncompleteReply after the last piece."""
    reply = _Reply(**request)
    with client.chat.completions.create(**request, stream=True, stream_options={"include_usage": True}) as chunks:
        for chunk in chunks:
            if piece := reply.take(chunk, "delta"):
                yield piece
    reply.finish(usage)


async def stream_async(client: Any, *, usage: Usage | None = None, **request: Any) -> AsyncIterator[str]:
    """The same as `stream`, with an `openai.AsyncOpenAI`."""
    reply = _Reply(**request)
    options = {"stream": True, "stream_options": {"include_usage": True}}
    async with await client.chat.completions.create(**request, **options) as chunks:
        async for chunk in chunks:
            if piece := reply.take(chunk, "delta"):
                yield piece
    reply.finish(usage)
