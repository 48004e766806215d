"""The course of a turn, free of I/O: facts, fold, question, calls, reply, kept. It says what to send and knows no client.

A turn is a generator (see `replies.steps`): what comes back, or goes wrong, is told to it where it waits for it. Until its
last step nothing has changed, and that step changes all or nothing. So a turn may fail, be interrupted, cancelled or given
up anywhere before it, and the same question can be asked again.
"""

import threading
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain, count
from typing import Any, Protocol, cast

from .errors import ConflictError
from .layout import Counted, Kept, layout
from .questions import Question, words_of
from .replies.reply import Reply
from .replies.reply_course import replied, replied_as_a_stream
from .replies.steps import Course, Elsewhere, Request, as_thrown
from .replies.stream_usage import STREAM_OPTIONS
from .replies.usage import Usage
from .summary import summarized
from .tokens import Message
from .tool_loop import ToolLoop, carries_what_was_done


class Facts(Protocol):
    """What is known about a user, such as a chat_memory.facts.UserFacts."""

    def note(self, question: str) -> list[Message]: ...


class SavedState(Protocol):
    """What was saved of a conversation."""

    @property
    def settings(self) -> dict[str, Any]: ...
    @property
    def summary(self) -> str: ...
    @property
    def folded(self) -> int: ...
    @property
    def recent(self) -> Iterable[Iterable[Message]]: ...
    @property
    def position(self) -> tuple[int, int]: ...


class SavedConversation(Protocol):
    """Where turns are saved, such as a conversation of a chat_memory.store.ConversationStore."""

    @property
    def id(self) -> str: ...

    def load(self) -> SavedState | None: ...

    def append(
        self,
        turn: Iterable[Message],
        *,
        after: tuple[int, int] | None = ...,
        settings: dict[str, Any] | None = ...,
        summary: str | None = ...,
        folded: int | None = ...,
    ) -> tuple[int, int]: ...


class ConversationState:
    """The state of one conversation, and the course of a turn that leads from one state to the next."""

    def __init__(
        self,
        settings: dict[str, Any],
        options: Request,
        facts: Facts | None,
        tools: ToolLoop | None = None,
        **functions: Any,
    ) -> None:
        """`settings` are those of `layout` that are saved, `functions` its others; `options` go out with each question."""
        self._tools = tools or ToolLoop()
        self._settings, self._layout = settings, layout(**settings, tools=self._tools.definitions, **functions)
        self._refused = {STREAM_OPTIONS} & set(options)  # parameters that the server is not sent
        self._options = {name: value for name, value in options.items() if name != STREAM_OPTIONS}
        self._facts = facts
        self._conversation: SavedConversation | None = None
        self._kept, self._position, self._lock = Kept(), (0, 0), threading.Lock()
        self.usage = Usage()
        self.summary_error: Exception | None = None

    def _go_on(self, conversation: SavedConversation, saved: SavedState | None) -> None:
        """Save each turn in a conversation from now on, and remember what was saved there, if anything was."""
        self._conversation = conversation
        if saved:
            self._kept = self._layout.resumed(saved.summary, saved.folded, saved.recent)
            self._position = saved.position

    def _turn(self, question: Question, *, streamed: bool = False, awaited: bool = False) -> Course[str]:
        """The course of a turn, which returns the reply. What is no question is refused before it begins."""
        self._tools.check(awaited=awaited)
        return self._answered(self._layout.question(question), streamed)

    def _answered(self, question: Counted, streamed: bool) -> Course[str]:
        before = self._kept
        known = question
        if self._facts is not None:
            known = yield Elsewhere(partial(self._with_facts, self._facts, before, question))
        steps: list[Message] = []  # calls and results, as they come
        with carries_what_was_done(question.messages, steps):
            after, reply = yield from self._replied(before, known, steps, streamed)
            keep = partial(self._keep, before, after, question, steps, reply.message(reasoning=bool(steps)))
            if self._conversation is None:  # then there is nothing to wait for
                keep()
            else:
                yield Elsewhere(keep, to_its_end=True)
        return reply.text

    def _replied(self, kept: Kept, known: Counted, steps: list[Message], streamed: bool) -> Course[tuple[Kept, Reply]]:
        """Ask the model, and run what it calls, until it replies without a call: that reply, and what is folded by then.

        Each request fits: see `Layout.in_turn`. A summary that fails is not tried again within the turn.
        """
        may_fold = True
        for answers in count():
            turn = self._layout.in_turn(kept, known, steps) if steps else known
            if may_fold:
                before, kept = kept, (yield from self._folded(kept, turn))
                may_fold = kept is not before or not self._layout.to_fold(kept, turn)
            request = self._tools.offered(self._request(kept, turn), answers)
            if streamed:
                reply = yield from replied_as_a_stream(request, self.usage, self._refused, self._layout.counting)
            else:
                reply = yield from replied(request, self.usage, self._layout.counting)
            if not reply.calls_tools:
                return kept, reply
            yield from self._tools.run(reply, answers, steps)
        raise AssertionError("The loop ends with a reply.")

    def _with_facts(self, facts: Facts, kept: Kept, question: Counted) -> Counted:
        """The question with what is known that bears on it, unless there is no room for that."""
        note = self._layout.counted(tuple(facts.note(words_of(question.messages[0]))))
        known = Counted((*note.messages, *question.messages), note.tokens + question.tokens)
        return known if self._layout.fits(kept, known) else question

    def _folded(self, kept: Kept, question: Counted) -> Course[Kept]:
        """What is remembered, with old turns in the summary if the question would not fit otherwise."""
        if not (old := self._layout.to_fold(kept, question)):
            return kept
        try:
            summary = yield from summarized(
                chain.from_iterable(turn.messages for turn in kept.turns[:old]),
                kept.summary,
                self._layout.summary_tokens,
                model=self._layout.model,
                counting=self._layout.counting,
                max_prompt_tokens=self._layout.summary_prompt,
                usage=self.usage,
            )
        except Exception as error:  # whatever the client raises; an interruption passes
            self.summary_error = cast(Exception, as_thrown(error))
            return kept
        self.summary_error = None
        return self._layout.folded(kept, old, summary)

    def _request(self, kept: Kept, question: Counted) -> Request:
        return {"model": self._layout.model, "messages": self._layout.request(kept, question), **self._options}

    def _keep(self, before: Kept, after: Kept, question: Counted, steps: Sequence[Message], answer: Message) -> None:
        """Keep the turn, and save it where turns are saved, as it happened: both or neither."""
        kept = self._layout.answered(after, question, steps, answer)
        try:
            with self._lock:
                if self._kept is not before:
                    raise ConflictError(
                        "Two questions were asked at once, and the other one was answered first. Ask again."
                    )
                position = self._position
                if self._conversation is not None:
                    position = self._save(self._conversation, kept, (*question.messages, *steps, answer))
                self._position, self._kept = position, kept  # nothing can come in between
        except Exception as error:
            error.reply = answer["content"]  # type: ignore[attr-defined]  # it is paid for
            raise

    def _save(self, conversation: SavedConversation, kept: Kept, turn: tuple[Message, ...]) -> tuple[int, int]:
        after = self._position
        return conversation.append(turn, after=after, settings=self._settings, summary=kept.summary, folded=kept.folded)
