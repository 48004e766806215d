"""One reply of a model: whole, or an error. Streamed or at once, and what it cost."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from .arriving import Arriving
from .calling import called, called_async, stream_of, stream_of_async
from .content import field
from .errors import IncompleteReply
from .letters import whole
from .tokens import Message, count_tokens, text_tokens

# What a server says where the model has come to an end by itself; anything else is no end. OpenAI says "stop", Hugging
# Face's text-generation-inference "eos_token" and "stop_sequence", Together "eos", gateways to Anthropic "end_turn".
ENDS = {"stop", "eos_token", "stop_sequence", "eos", "end_turn"}
CALLS = "calls a function: offer no tools here, or run the function yourself"
UNFINISHED = {
    "length": "was cut off at the limit for the reply: allow a longer one",
    "content_filter": "was stopped by the provider's content filter",
    "tool_calls": CALLS,
    "function_call": CALLS,
}
TEXT_PARTS = ("text", "output_text")
THINKING_PARTS = ("thinking", "redacted_thinking", "reasoning")
LONGEST_WORDS = 300  # characters of what a server says that go into an error


@dataclass
class Usage:
    """What was used so far, in requests and tokens: as the server says, or counted here where it says nothing.

    A stream that is stopped or breaks off counts too: the server has read the prompt. It says its usage at the end only,
    so that then the prompt and the text that came are counted here. (Hidden thinking that it bills cannot be.)

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
        prompt, completion = field(reported, "prompt_tokens"), field(reported, "completion_tokens")
        if prompt is None or completion is None:
            self.prompt_tokens += count_tokens(messages, model=model)
            self.completion_tokens += text_tokens(text, model)
            return
        self.prompt_tokens += prompt
        self.completion_tokens += completion
        details = field(reported, "prompt_tokens_details")
        self.cached_tokens += field(details, "cached_tokens") or 0
        self.cache_write_tokens += field(details, "cache_write_tokens") or 0


class _Reply:
    """A reply as it arrives, piece by piece."""

    def __init__(self, usage: Usage | None, request: dict[str, Any]) -> None:
        self._usage, self._model, self._messages = usage, request["model"], request["messages"]
        self._arriving = Arriving()
        self._came: list[str] = []  # all text, thinking included
        self._said: list[str] = []
        self._refusal = ""
        self._finish_reason = self._reported = self._error = None
        self._calls = self._is_spoken = False
        self.has_begun = self._is_answer = False

    def take(self, answer: Any, part: str) -> str:
        """Take in the "message" of an answer or the "delta" of a chunk; return its text."""
        self.has_begun = True
        self._reported = field(answer, "usage") or self._reported
        choice = _first(field(answer, "choices"), only=part == "message")
        if choice is None:
            if part == "message" or field(answer, "error"):
                raise IncompleteReply(_no_reply(answer), self._text())
            return ""  # such as a last chunk that holds the usage only, or one of another choice
        self._is_answer = True
        self._error = field(choice, "error") or self._error
        reason = str(field(choice, "finish_reason") or "")
        self._finish_reason = reason if reason not in ("", "null") else self._finish_reason
        said = field(choice, part)
        self._refusal += field(said, "refusal") or ""
        self._calls = self._calls or bool(field(said, "tool_calls") or field(said, "function_call"))
        self._is_spoken = self._is_spoken or bool(field(said, "audio"))
        came = self._text_of(field(said, "content"))
        self._came.append(came)
        return self._keep(self._arriving.take(came))

    def rest(self) -> str:
        """The text that was held back until now, for it could have become thinking."""
        return self._keep(self._arriving.rest())

    def count(self) -> None:
        """Count what it cost."""
        if self._usage is not None and (self._is_answer or self._reported):
            self._usage.add(self._reported, self._messages, "".join(self._came), self._model)

    def whole(self) -> str:
        """The text; raises IncompleteReply unless it is a whole one."""
        text = "".join(self._said)
        if problem := self._problem(text):
            raise IncompleteReply(problem, self._text())
        return text

    def _problem(self, text: str) -> str:
        if self._refusal.strip():
            return f"The model refused to answer: {_short(self._refusal)}"
        if self._finish_reason is None:
            return "The reply broke off before its end. Ask again."
        reason = self._finish_reason.lower()
        if reason not in ENDS:
            unknown = (
                f"ended with the finish_reason {self._finish_reason!r:.60}, which is no end that is known: ask again"
            )
            error = f" The server says: {_short(_words(self._error))}" if self._error else ""
            return f"The reply {UNFINISHED.get(reason, unknown)}.{error}"
        if self._calls:
            return f"The reply {CALLS}."
        if text.strip():
            return ""
        if self._is_spoken:
            return "The reply is spoken, and only text is kept here. Ask for text alone."
        if self._arriving.thought:
            return "The reply holds thinking and nothing else. Ask again, or allow a longer reply."
        return "The reply is empty. Ask again, or allow a longer reply."

    def _text(self) -> str:
        """What came of it: the reply, or else the refusal, or else the thinking."""
        said = "".join(self._said)
        return said if said.strip() else self._refusal or whole("".join(self._came))

    def _keep(self, text: str) -> str:
        self._said.append(text)
        return text

    def _text_of(self, content: Any) -> str:
        """The text of a reply's content, which some servers send as a list of parts. Thinking is no part of the reply."""
        if content is None or isinstance(content, str):
            return content or ""
        texts = []
        for part in content if isinstance(content, (list, tuple)) else [content]:
            kind, text = field(part, "type"), field(part, "text")
            if kind in TEXT_PARTS and isinstance(text, str):
                texts.append(text)
            elif kind == "refusal":
                self._refusal += field(part, "refusal") or ""
            elif kind not in THINKING_PARTS:
                raise IncompleteReply(
                    f"The reply holds a part that is no text but {kind or type(part).__name__!r}. Ask for text alone.",
                    self._text(),
                )
        return "".join(texts)


def _first(choices: Any, only: bool) -> Any:
    """The choice with the index 0, the only one that is kept; of a whole answer else the first that there is."""
    choices = [choice for choice in choices if choice is not None] if isinstance(choices, (list, tuple)) else []
    first = next((choice for choice in choices if not field(choice, "index")), None)
    return choices[0] if first is None and choices and only else first


def _no_reply(answer: Any) -> str:
    """What is wrong with an answer that holds no reply, in the server's words."""
    words = _short(_words(answer))
    if isinstance(answer, (str, bytes)):
        kind = "a web page" if "<html" in str(answer).lower() else "a text"
        place = "Is the client's base_url right? For most servers it ends in /v1."
        return f"The server answered with {kind} in place of a reply: {words or 'an empty one'!r}. {place}"
    if field(answer, "error"):
        return f"The server answered with an error in place of a reply: {words}"
    return f"The server's answer holds no reply: {words}. Ask again, or look whether the server has this model."


def _words(answer: Any, deep: int = 3) -> str:
    """What an answer says: of a web page its text, of an error its message, else all of it."""
    if isinstance(answer, (str, bytes)):
        text = answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
        return re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^<>]*>", " ", text)
    for name in ("error", "message", "msg", "detail"):
        if said := field(answer, name):
            return _words(said, deep - 1) if deep and not isinstance(said, str) else str(said)
    plain = answer.model_dump() if hasattr(answer, "model_dump") else answer
    return json.dumps(
        plain, ensure_ascii=False, default=lambda v: vars(v) if isinstance(v, SimpleNamespace) else str(v)
    )


def _short(text: str) -> str:
    text = whole(" ".join(text.split()))
    return text if len(text) <= LONGEST_WORDS else f"{text[:LONGEST_WORDS]} …"


def complete(client: Any, *, usage: Usage | None = None, **request: Any) -> str:
    """Ask the model and return the text of its reply; `request` holds at least model and messages.

    Of several choices it is the first one, of a list of parts their text, without the thinking that some models write
    first (<think>…</think>); half of an emoji becomes the sign U+FFFD. `usage` is added to.

    Raises IncompleteReply for a reply that is empty, cut off, broken off, a refusal or a call, and for an answer that is
    none, with the server's words; TypeError for the wrong kind of client; and what the client raises.
    """
    reply = _Reply(usage, request)
    return _taken(reply, called(client, **request))


async def complete_async(client: Any, *, usage: Usage | None = None, **request: Any) -> str:
    """The same as `complete`, with an `openai.AsyncOpenAI`."""
    reply = _Reply(usage, request)
    return _taken(reply, await called_async(client, **request))


def stream(
    client: Any, *, usage: Usage | None = None, refused: set[str] | None = None, **request: Any
) -> Iterator[str]:
    """The same as `complete`, as pieces of text while they arrive. Raises IncompleteReply after the last piece.

    `refused` remembers the parameters that this server does not take, so that it is asked without them.
    """
    reply = _Reply(usage, request)
    with stream_of(client, set() if refused is None else refused, request) as chunks:
        if is_page := _is_page(chunks):
            chunks.response.read()
        try:
            for chunk in chunks:
                if piece := reply.take(chunk, "delta"):
                    yield piece
            if is_page and not reply.has_begun and (piece := reply.take(_read(chunks.response.text), "message")):
                yield piece
            if piece := reply.rest():
                yield piece
        finally:
            reply.count()
    reply.whole()


async def stream_async(
    client: Any, *, usage: Usage | None = None, refused: set[str] | None = None, **request: Any
) -> AsyncIterator[str]:
    """The same as `stream`, with an `openai.AsyncOpenAI`."""
    reply = _Reply(usage, request)
    async with await stream_of_async(client, set() if refused is None else refused, request) as chunks:
        if is_page := _is_page(chunks):
            await chunks.response.aread()
        try:
            async for chunk in chunks:
                if piece := reply.take(chunk, "delta"):
                    yield piece
            if is_page and not reply.has_begun and (piece := reply.take(_read(chunks.response.text), "message")):
                yield piece
            if piece := reply.rest():
                yield piece
        finally:
            reply.count()
    reply.whole()


def _taken(reply: _Reply, answer: Any) -> str:
    try:
        reply.take(answer, "message")
        reply.rest()
    finally:
        reply.count()
    return reply.whole()


def _is_page(chunks: Any) -> bool:
    """Whether what came is a page or a JSON object as a whole, and no stream of events: from those no chunk would come."""
    headers = getattr(getattr(chunks, "response", None), "headers", None) or {}
    return headers.get("content-type", "").partition(";")[0].strip().lower() in ("text/html", "application/json")


def _read(body: str) -> Any:
    """The body of an answer that is no stream: an object, or its text."""
    try:
        return json.loads(body, object_hook=lambda fields: SimpleNamespace(**fields))
    except (ValueError, RecursionError):
        return body
