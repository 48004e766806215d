"""The memory of one conversation: recent turns word for word, older ones as a summary, all within a token budget."""

import asyncio
import copy
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from dataclasses import replace
from itertools import chain
from typing import Any, Self

from .errors import ConflictError, DamagedStore
from .layout import Counted, Kept, layout
from .replies.client import STREAM_OPTIONS
from .replies.reply import complete, complete_async, stream, stream_async
from .replies.thinking import after_thinking
from .replies.usage import Usage
from .summary import summarize, summarize_async
from .tokens import DEFAULT_MODEL, Message

TAKEN = {"model", "messages", "stream", STREAM_OPTIONS, "tools", "functions"}  # what a memory sets, or does without
SAVED = {"system", "max_tokens", "keep_recent", "model", "reply_tokens", "summary_tokens"}  # with each turn


class ChatMemory:
    """A conversation that stays within `max_tokens` for each request, reply included, and can be asked on and on.

    When a question would lead over the budget, old turns are folded into a summary first: the last `keep_recent` turns
    stay word for word, fewer where they alone would fill more than 60 % of the budget. A call that fails, is cut off,
    empty, or interrupted leaves the memory as it was, so that the same question can be asked again. Where only the
    summary fails, nothing is folded: the question goes out with the newest turns that fit, `summary_error` says what
    happened, and the next question tries again.

    The summary is sent as the assistant's answer to a request for a recap, after the instructions and before the turns:
    one system message, then user and assistant in turn, as strict chat templates want it. Its words have the least
    authority there is, that of the model's own earlier words, whoever said them first. That costs about 15 tokens a
    request, and a wish of the user that was folded ("always answer in French") is only reported from then on.

    One conversation, one question at a time: of two at once the one that ends later raises ConflictError and is not
    kept. (What is interrupted or cancelled in the moment in which it is saved may be saved all the same.)

    What is kept is what was sent: of a model that thinks aloud (<think>…</think>) the reply alone, and of half an emoji
    the sign U+FFFD, for a half cannot be sent. A copy (`copy.deepcopy`) goes on by itself, with the same client.

    With a `conversation` of a `chat_memory.store.ConversationStore` each turn is saved as it completes, and the memory
    goes on where the conversation stopped. With `facts` of a `chat_memory.facts.UserFacts` those that bear on a question
    are sent right before it, as the assistant's words; they are not kept.
    """

    def __init__(
        self,
        client: Any,
        system: str = "",
        max_tokens: int = 3000,
        keep_recent: int = 6,
        *,
        model: str = DEFAULT_MODEL,
        reply_tokens: int | None = None,
        summary_tokens: int | None = None,
        options: dict[str, Any] | None = None,
        conversation: Any = None,
        facts: Any = None,
    ) -> None:
        """Make a memory: an empty one, or one that goes on with a saved `conversation`.

        `client` is an `openai.OpenAI`, or an `openai.AsyncOpenAI` for the methods that end in `_async`; `system` the
        instructions; `max_tokens` the budget for a request and its reply, in tokens; `keep_recent` a number of turns.
        `reply_tokens` stay free for the reply (a sixth of the budget); they bind the model only where `options`, more
        arguments for each question, do so: {"max_completion_tokens": 500}. {"stream_options": None} does not ask for the
        usage of a stream (a server that refuses to be asked, and says so, is not asked again in any case).
        `summary_tokens` is the most that a summary may have (a tenth of the budget).

        Raises TypeError or ValueError for what cannot be used, with the least that works for a budget in which nothing
        could be asked, and StoreError where the saved conversation cannot be read.
        """
        self._client, self._options = client, _checked_options(options)
        self._refused = {STREAM_OPTIONS} & set(self._options)  # parameters that the server is not sent
        self._options.pop(STREAM_OPTIONS, None)
        self._settings = {"system": system, "max_tokens": max_tokens, "keep_recent": keep_recent, "model": model}
        self._settings |= {"reply_tokens": reply_tokens, "summary_tokens": summary_tokens}
        self._layout = layout(**self._settings)
        _check("facts", facts, "note", "chat_memory.facts.UserFacts")
        self._facts, self._conversation = facts, None
        self._kept, self._position, self._lock = Kept(), (0, 0), threading.Lock()
        self.usage = Usage()
        self.summary_error: Exception | None = None
        if conversation is not None:
            _check("conversation", conversation, "load", "chat_memory.store.ConversationStore(…).open(id)")
            self._go_on(conversation, conversation.load())

    @classmethod
    def resume(cls, client: Any, conversation: Any, **changes: Any) -> Self:
        """Go on with a saved conversation, with the settings that it was saved with and these `changes` to them.

        `options` and `facts` are not saved: give them again. What is no text, such as a picture that another program has
        saved, is sent in words from then on ("[picture cat.png]"); the store keeps it as it was.

        Raises LookupError where nothing was saved, and DamagedStore where what was saved cannot be read.
        """
        _check("conversation", conversation, "load", "chat_memory.store.ConversationStore(…).open(id)", needed=True)
        saved = conversation.load()
        if saved is None:
            raise LookupError(f"There is no conversation {conversation.id!r:.60} to go on with.")
        if unknown := sorted(saved.settings.keys() - SAVED):
            raise DamagedStore(
                f"The conversation {conversation.id!r:.60} has settings that ChatMemory does not know: {', '.join(unknown)}. "
                "It is damaged, or another program has saved it. Put a backup in its place, or load() it and go on by hand."
            )
        memory = cls(client, **(saved.settings | changes))
        memory._go_on(conversation, saved)
        return memory

    def _go_on(self, conversation: Any, saved: Any) -> None:
        """Save each turn in a conversation from now on, and remember what was saved there, if anything was."""
        self._conversation = conversation
        if saved:
            self._kept = self._layout.resumed(saved.summary, saved.folded, saved.recent)
            self._position = saved.position

    @property
    def summary(self) -> str:
        """What is left of the turns that are no longer sent; empty before the first fold."""
        return self._kept.summary

    @property
    def messages(self) -> list[Message]:
        """What the next request holds before its question, without facts and before old turns are folded. A copy."""
        return copy.deepcopy(self._layout.request(self._kept))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A memory of its own that knows the same. It shares client and facts; TypeError where it saves its turns."""
        if self._conversation is not None:
            raise TypeError(
                f"This memory saves its turns in the conversation {self._conversation.id!r:.60}, and a copy would write "
                "into it too. Use ChatMemory.resume(client, conversation) where another one is to go on with it, or, for "
                "a conversation that branches off, open a new one and append the turns to it."
            )
        with self._lock:
            shared = {name: vars(self)[name] for name in ("_client", "_facts", "_layout", "_kept", "_settings")}
            shared |= {"usage": replace(self.usage), "summary_error": self.summary_error}
        other = memo[id(self)] = object.__new__(type(self))
        vars(other).update(shared, _lock=threading.Lock())
        vars(other).update(copy.deepcopy({n: v for n, v in vars(self).items() if n not in vars(other)}, memo))
        return other

    def __copy__(self) -> Self:
        return copy.deepcopy(self)

    def __reduce_ex__(self, protocol: Any) -> str:
        raise TypeError(
            "A memory holds a client with open connections, so it cannot be pickled. Save its turns in a conversation "
            "of a chat_memory.store.ConversationStore, and go on with ChatMemory.resume."
        )

    def ask(self, text: str) -> str:
        """Ask a question and return the reply.

        Raises BudgetError where the question is too long for the budget, IncompleteReply for a reply that is empty, cut
        off, a refusal or no reply at all, TypeError for the wrong kind of client, and what the client raises; then
        nothing has changed.
        """
        before, question = self._kept, self._question(text)
        asked = self._with_facts(before, question)
        after = self._folded(before, asked)
        reply = complete(self._client, self._request(after, asked), usage=self.usage)
        return self._keep(before, after, question, reply)

    def stream(self, text: str) -> Iterator[str]:
        """The same as `ask`, as pieces of the reply while they arrive. What a model thinks aloud first is no piece.

        What is no question is refused at once, all else happens when the first piece is taken. The turn is kept when
        the stream has ended: take all. One that is given up is not kept, but counts in `usage`. Thinking that has an end
        alone ("…</think>", the prompt held its beginning) is seen too late to be no piece; it is not kept.
        """
        return self._stream(self._question(text))

    def _stream(self, question: Counted) -> Iterator[str]:
        before = self._kept
        asked = self._with_facts(before, question)
        after = self._folded(before, asked)
        pieces = []
        request = self._request(after, asked)
        with closing(stream(self._client, request, usage=self.usage, refused=self._refused)) as arriving:
            for piece in arriving:
                pieces.append(piece)
                yield piece
        self._keep(before, after, question, after_thinking("".join(pieces)))

    async def ask_async(self, text: str) -> str:
        """The same as `ask`, with an `openai.AsyncOpenAI`."""
        before, question = self._kept, self._question(text)
        asked = await asyncio.to_thread(self._with_facts, before, question) if self._facts is not None else question
        after = await self._folded_async(before, asked)
        reply = await complete_async(self._client, self._request(after, asked), usage=self.usage)
        return await self._keep_async(before, after, question, reply)

    def stream_async(self, text: str) -> AsyncIterator[str]:
        """The same as `stream`, with an `openai.AsyncOpenAI`."""
        return self._stream_async(self._question(text))

    async def _stream_async(self, question: Counted) -> AsyncIterator[str]:
        before = self._kept
        asked = await asyncio.to_thread(self._with_facts, before, question) if self._facts is not None else question
        after = await self._folded_async(before, asked)
        pieces = []
        request = self._request(after, asked)
        async with aclosing(stream_async(self._client, request, usage=self.usage, refused=self._refused)) as arriving:
            async for piece in arriving:
                pieces.append(piece)
                yield piece
        await self._keep_async(before, after, question, after_thinking("".join(pieces)))

    def _question(self, text: str) -> Counted:
        if not isinstance(text, str):
            raise TypeError(f"A question is text, not {type(text).__name__}.")
        if not text.strip():
            raise ValueError("The question is empty. Ask something.")
        return self._layout.question(text)

    def _with_facts(self, kept: Kept, question: Counted) -> Counted:
        """The question with what is known that bears on it, unless there is no room for that."""
        if self._facts is None:
            return question
        note = self._layout.counted(tuple(self._facts.note(question.messages[0]["content"])))
        asked = Counted((*note.messages, *question.messages), note.tokens + question.tokens)
        return asked if self._layout.fits(kept, asked) else question

    def _folded(self, kept: Kept, question: Counted) -> Kept:
        """What is remembered, with old turns in the summary if the question would not fit otherwise."""
        if not (old := self._layout.to_fold(kept, question)):
            return kept
        try:
            summary = summarize(self._client, **self._summary_call(kept, old))
        except Exception as error:  # whatever the client raises; an interruption passes
            self.summary_error = error
            return kept
        self.summary_error = None
        return self._layout.folded(kept, old, summary)

    async def _folded_async(self, kept: Kept, question: Counted) -> Kept:
        if not (old := self._layout.to_fold(kept, question)):
            return kept
        try:
            summary = await summarize_async(self._client, **self._summary_call(kept, old))
        except Exception as error:  # whatever the client raises; an interruption passes
            self.summary_error = error
            return kept
        self.summary_error = None
        return self._layout.folded(kept, old, summary)

    def _request(self, kept: Kept, question: Counted) -> dict[str, Any]:
        return {"model": self._layout.model, "messages": self._layout.request(kept, question), **self._options}

    def _summary_call(self, kept: Kept, old: int) -> dict[str, Any]:
        return {
            "messages": chain.from_iterable(turn.messages for turn in kept.turns[:old]),
            "previous": kept.summary,
            "max_tokens": self._layout.summary_tokens,
            "model": self._layout.model,
            "max_prompt_tokens": self._layout.summary_prompt,
            "usage": self.usage,
        }

    def _keep(self, before: Kept, after: Kept, question: Counted, reply: str) -> str:
        kept = self._layout.answered(after, question, reply)
        try:
            with self._lock:
                if self._kept is not before:
                    raise ConflictError(
                        "Two questions were asked at once, and the other one was answered first. Ask again."
                    )
                if self._conversation is not None:
                    self._position = self._save(kept)
                self._kept = kept
        except Exception as error:
            error.reply = reply  # it is paid for
            raise
        return reply

    def _save(self, kept: Kept) -> tuple[int, int]:
        state = {"settings": self._settings, "summary": kept.summary, "folded": kept.folded}
        return self._conversation.append(kept.turns[-1].messages, after=self._position, **state)

    async def _keep_async(self, before: Kept, after: Kept, question: Counted, reply: str) -> str:
        """The same as `_keep`, in another thread where it saves; who is cancelled meanwhile waits for its end."""
        if self._conversation is None:
            return self._keep(before, after, question, reply)
        keeping = asyncio.ensure_future(asyncio.to_thread(self._keep, before, after, question, reply))
        try:
            return await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait([keeping])
            raise


def _checked_options(options: Any) -> dict[str, Any]:
    """A copy of the options. Raises TypeError or ValueError for those that a memory cannot have."""
    if options is None:
        return {}
    if not isinstance(options, dict) or not all(isinstance(name, str) for name in options):
        raise TypeError(
            f'options must be a dict such as {{"max_completion_tokens": 500}}, got {type(options).__name__}.'
        )
    more = options.get("extra_body")  # the openai package puts what stands in it over all else
    for place, given in {"options": options, "options['extra_body']": more if isinstance(more, dict) else {}}.items():
        if taken := [name for name in sorted(TAKEN & set(given)) if name != STREAM_OPTIONS or given[name] is not None]:
            raise ValueError(f"{place} cannot hold {', '.join(taken)}: this memory sets them itself, or does without.")
        if given.get("n") not in (None, 1):
            raise ValueError(
                f"{place} cannot hold n={given['n']!r:.20}: a turn has one reply. Ask once for each reply."
            )
    return {name: _copied(name, value) for name, value in options.items()}


def _copied(name: str, value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception as error:  # whatever it is: each request gets a copy of its own
        raise TypeError(
            f"options[{name!r}] cannot be copied ({type(error).__name__}: {error}). Give plain values; what belongs to "
            "the connection is set on the client."
        ) from error


def _check(name: str, value: Any, method: str, wanted: str, needed: bool = False) -> None:
    if not hasattr(value, method) and (needed or value is not None):
        raise TypeError(f"{name} must be a {wanted}, got {type(value).__name__}.")  # it may hold a password
