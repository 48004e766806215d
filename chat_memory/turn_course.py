"""The course of a turn, free of I/O: facts, fold, question, calls, reply, kept. It says what to send and knows no client.

A turn is a generator (see `replies.steps`): what comes back, or goes wrong, is told to it where it waits for it. Until its
last step nothing has changed, and that step changes all or nothing. So a turn may fail, be interrupted, cancelled or given
up anywhere before it, and the same question can be asked again.
"""

import copy
import threading
from collections.abc import Iterable
from functools import partial
from itertools import chain, count
from typing import Any, cast

from .errors import ConflictError, IncompleteReply, carry
from .history import turns_from_elsewhere
from .layout import Counted, Kept, layout
from .line import Line, in_line, within
from .messages import Message, MessageLike, Part
from .notices import Folded, Notice, NotKept, OnNotice, Retried, Saved, Shortened, SummaryCutOff, tell
from .options import not_to_send
from .questions import Question, words_of
from .replies.api import CHAT
from .replies.extras import STREAM_OPTIONS, Known, sets_a_limit
from .replies.reply import Reply
from .replies.reply_course import replied
from .replies.steps import Course, Done, Elsewhere, Request, as_thrown
from .replies.usage import Usage
from .responses import RESPONSES
from .responses.chain import KeptByServer, without_keeping
from .saving import Facts, Position, SavedConversation, SavedState, TakenBack
from .summary import summarized
from .tool_loop import ToolLoop, carry_what_was_done
from .undoing import Folds, all_turns, before_the_newest, question_of, turns_of


class ConversationState:
    """The state of one conversation, and the course of a turn that leads from one state to the next."""

    def __init__(
        self,
        settings: dict[str, Any],
        options: Request,
        facts: Facts | None,
        tools: ToolLoop | None = None,
        on_notice: OnNotice | None = None,
        server_keeps: bool = False,
        **functions: Any,
    ) -> None:
        """`settings` are those of `layout` that are saved, `functions` its others; `options` go out with each question."""
        self._tools = tools or ToolLoop()
        self._layout = layout(**settings, tools=self._tools.definitions, **functions)
        self._settings = settings | ({"server_keeps": True} if server_keeps else {})
        self._api = RESPONSES if self._layout.api == "responses" else CHAT
        self._server = KeptByServer() if server_keeps else None
        self._own = frozenset(not_to_send(options))  # what the caller does not want sent, whoever takes it
        self._known = Known(self._api.asking.limits[0], refused=set(self._own))
        self._of_client = Known()
        self._reply_limit = None if sets_a_limit(options) else self._layout.reply_limit
        self._options = {name: value for name, value in options.items() if name != STREAM_OPTIONS}
        self._facts, self._on_notice = facts, on_notice
        self._line: Line | None = None  # in which questions wait for each other, where that is asked for
        self._conversation: SavedConversation | None = None
        self._kept, self._lock = Kept(), threading.Lock()
        self._position: Position = (0, 0)
        self._folds: Folds = ()  # none where turns are saved: it is all there
        self.usage, self.summary_usage = Usage(), Usage()
        self.summary_error: Exception | None = None

    def _go_on(self, conversation: SavedConversation, saved: SavedState | None) -> None:
        """Save each turn in a conversation from now on, and remember what was saved there, if anything was."""
        self._conversation = conversation
        if saved:
            self._kept = self._layout.resumed(saved.summary, saved.folded, saved.recent)
            self._position = saved.position

    def _knowing(self, of_client: Known) -> None:
        """Begin with what is known to be refused, and let others begin with what is learned here."""
        self._of_client = of_client
        for mine, others in self._shared():
            mine |= others

    def _shared(self) -> list[tuple[set[str], set[str]]]:
        """What is known here and of the client, each kind in both places."""
        mine, others = self._known, self._of_client
        return [
            (mine.refused, others.refused),
            (mine.ignored, others.ignored),
            (mine.thinking, others.thinking),
            (mine.wordless, others.wordless),
        ]

    def _turn(self, question: Question, *, streamed: bool = False, awaited: bool = False) -> Course[str]:
        """The course of a turn, which returns the reply. What is no question is refused before it begins."""
        self._tools.check(awaited=awaited)
        return in_line(self._line, self._answered(self._layout.question(question), streamed))

    def _answered(self, question: Counted, streamed: bool) -> Course[str]:
        before = self._kept
        known = question
        if self._facts is not None:
            known = yield Elsewhere(partial(self._with_facts, self._facts, before, question))
        steps: list[Message] = []  # calls and results, as they come
        try:
            after, done, reply = yield from self._replied(before, known, steps, streamed)
            keep = partial(self._keep, before, after, question, done, reply.message(reasoning=bool(steps)))
            if self._conversation is None:  # then there is nothing to wait for
                kept = keep()
            else:
                kept = yield Elsewhere(keep, to_its_end=True)
        except BaseException as error:
            carry_what_was_done(error, question.messages, steps)
            raise
        self._tell_what_was_kept(before, after, kept)
        return reply.text

    def _replied(
        self, kept: Kept, known: Counted, steps: list[Message], streamed: bool
    ) -> Course[tuple[Kept, Counted, Reply]]:
        """Ask the model, and run what it calls, until it replies without a call: what is folded by then, steps and reply.

        Each request fits: see `Layout.in_turn`. A summary that fails is not tried again within the turn.
        """
        may_fold, done = True, Counted()
        for answers in count():
            turn = self._in_turn(kept, known, done) if steps else known
            if may_fold:
                before, kept = kept, (yield from self._folded(kept, turn))
                may_fold = kept is not before or not self._layout.to_fold(kept, turn)
            request = self._tools.offered(self._request(kept, turn), answers)
            reply = yield from self._learning(self._asked(request, streamed, in_steps=bool(steps)))
            if not reply.calls_tools:
                return kept, done, reply
            yield from self._tools.run(reply, answers, steps, self._line)
            done = done.then(self._layout.counted(tuple(steps[len(done.messages) :])))
        raise AssertionError("The loop ends with a reply.")

    def _asked(self, request: Request, streamed: bool, in_steps: bool) -> Course[Reply]:
        """The course of a request; where the server keeps the conversation, of what it does not hold of it."""
        ask = partial(
            replied,
            usage=self.usage,
            counting=self._layout.counting,
            known=self._known,
            limit=self._reply_limit,
            streamed=streamed,
            api=self._api,
        )
        if self._server is None:
            return ask(request) if self._api is CHAT else without_keeping(ask(request), request)
        spare = self._layout.spare(request["messages"])
        return self._server.asked(ask, request, self._known, spare, in_steps, lambda why: self._tell(NotKept(why)))

    def _learning(self, course: Course[Done]) -> Course[Done]:
        """A course; what it has learned of the server is told at its end."""
        before = self._known.gone_without()
        try:
            return (yield from course)
        finally:
            for mine, others in self._shared():
                others |= mine - self._own
            for what, reason in sorted(self._known.gone_without() - before):
                self._tell(Retried(what, reason))

    def _in_turn(self, kept: Kept, known: Counted, steps: Counted) -> Counted:
        """A turn that has come to some steps, as it is sent."""
        turn = self._layout.in_turn(kept, known, steps)
        if turn.tokens != (whole := known.tokens + steps.tokens):
            self._tell(Shortened(whole, turn.tokens))
        return turn

    def _tell(self, notice: Notice) -> None:
        with within(self._line.first() if self._line else None):
            tell(notice, self._on_notice)

    def _tell_what_was_kept(self, before: Kept, after: Kept, kept: Kept) -> None:
        if turns := after.folded - before.folded:
            self._tell(Folded(turns, before.tokens, after.tokens))
        if self._conversation is not None:
            self._tell(Saved(turns_of(kept), kept.turns[-1].tokens))

    def _with_facts(self, facts: Facts, kept: Kept, question: Counted) -> Counted:
        """The question with what is known that bears on it, unless there is no room for that."""
        note = self._layout.counted(tuple(facts.note(words_of(question.messages[0]))))
        known = note.then(question)
        return known if self._layout.fits(kept, known) else question

    def _folded(self, kept: Kept, question: Counted) -> Course[Kept]:
        """What is remembered, with old turns in the summary if the question would not fit otherwise."""
        if not (old := self._layout.to_fold(kept, question)):
            return kept
        cut_off: list[IncompleteReply] = []
        try:
            course = summarized(
                chain.from_iterable(turn.messages for turn in kept.turns[:old]),
                kept.summary,
                self._layout.summary_tokens,
                model=self._layout.summary_model,
                counting=self._layout.counting,
                max_prompt_tokens=self._layout.summary_prompt,
                usage=self.usage if self._layout.summary_model == self._layout.model else self.summary_usage,
                known=self._known,
                limit=self._layout.summary_limit,
                cut_off=cut_off,
                api=self._api,
            )
            summary = yield from self._learning(course)
        except Exception as error:  # whatever the client raises; an interruption passes
            failed = self.summary_error = cast(Exception, as_thrown(error))
        else:
            self.summary_error = None
            if cut_off:
                self._tell(SummaryCutOff())
            return self._layout.folded(kept, old, summary)
        self._tell(Retried("summary", type(failed).__name__))  # once it is handled: its words may hold texts
        return kept

    def _request(self, kept: Kept, question: Counted) -> Request:
        return {"model": self._layout.model, "messages": self._layout.request(kept, question), **self._options}

    def _keep(self, before: Kept, after: Kept, question: Counted, steps: Counted, answer: Message) -> Kept:
        """Keep the turn, and save it where turns are saved, as it happened: both or neither. Returns what is kept then."""
        try:
            kept = self._layout.answered(after, question, steps, answer)
            with self._lock:
                if self._kept is not before:
                    raise ConflictError(
                        "Two questions were asked at once, and the other one was answered first. Ask again. With "
                        "in_line=True questions wait for each other."
                    )
                position, folds = self._position, self._folds
                if self._conversation is not None:
                    position = self._save(self._conversation, kept, (*question.messages, *steps.messages, answer))
                elif after is not before:
                    folds = (*folds, before)
                self._position, self._kept, self._folds = position, kept, folds  # nothing can come in between
        except Exception as error:
            carry(error, reply=answer["content"])  # it is paid for
            raise
        return kept

    def _save(self, conversation: SavedConversation, kept: Kept, turn: tuple[Message, ...]) -> Position:
        after = self._position
        return conversation.append(turn, after=after, settings=self._settings, summary=kept.summary, folded=kept.folded)

    def _undone(self) -> Course[str | list[Part]]:
        """The course of taking back the newest turn, which returns its question."""
        if self._conversation is None:
            return self._take_back()
        question: str | list[Part] = yield Elsewhere(self._take_back, to_its_end=True)
        return question

    def _take_back(self) -> str | list[Part]:
        """Take back the newest turn, in memory and where turns are saved: both or neither. Returns its question."""
        with self._lock:
            kept, folds, position = self._kept, self._folds, self._position
            if self._conversation is not None:
                found: list[tuple[Kept, str | list[Part]]] = []  # before anything is gone: counting can fail

                def check(taken: TakenBack) -> None:
                    found.append((self._left(kept, taken), self._question_of(kept, taken)))

                position = self._conversation.take_back(after=position, check=check).left.position
                [(before, question)] = found
            elif known := before_the_newest(kept, folds):
                before, folds = known
                question = question_of(kept.turns[-1].messages)
            else:
                raise self._nothing_to_take_back(kept)
            self._position, self._kept, self._folds = position, before, folds
        return copy.deepcopy(question)

    def _left(self, kept: Kept, taken: TakenBack) -> Kept:
        """What is remembered once the newest turn has been taken back from the conversation."""
        left, known = taken.left, before_the_newest(kept, ())
        if known and known[0].folded == left.folded:
            return known[0]
        return self._layout.resumed(left.summary, left.folded, left.recent)  # the summary of before is there again

    def _question_of(self, kept: Kept, taken: TakenBack) -> str | list[Part]:
        """The question of a turn that is taken back, as it was asked.

        A store may have cleaned it; and this memory, where it has resumed the turn, may know it in words only.
        """
        saved = question_of(taken.turn)
        if not kept.turns:
            return saved
        known, resumed = kept.turns[-1].messages, self._layout.resumed("", 0, [taken.turn]).turns[-1].messages
        return saved if question_of(resumed) == question_of(known) else question_of(known)

    def _nothing_to_take_back(self, kept: Kept) -> LookupError:
        if not kept.folded:
            return LookupError("There is no turn that could be taken back: nothing has been asked yet.")
        return LookupError(
            "No further turn can be taken back: this memory went on from a saved conversation, and knows the "
            f"{kept.folded:,} turns before from their summary alone. Resume that conversation to take them back."
        )

    def _remember(self, history: Iterable[MessageLike], conversation: SavedConversation | None) -> None:
        """Begin with what was said elsewhere, as if it had been said here; it is saved in a conversation, which must be empty."""
        turns = turns_from_elsewhere(history, self._layout.system)
        self._kept = self._layout.resumed("", 0, turns, "It was given so, as history.")
        if conversation is not None:
            self._position = conversation.begin(turns, settings=self._settings)

    def _begin(self, conversation: SavedConversation, source: SavedConversation | None) -> None:
        """Save all that was said, as the `source` has it or as it is known here, and each turn from now on."""
        if source is not None and (history := source.history(after=self._position)) is not None:
            state = history._asdict() | {"settings": self._settings}
        else:
            earlier = [(turns_of(fold), fold.summary, fold.folded) for fold in self._folds]
            state = {"turns": all_turns(self._kept, self._folds), "settings": self._settings, "earlier": earlier}
            state |= {"summary": self._kept.summary, "folded": self._kept.folded}
        self._position, self._folds = conversation.begin(**state), ()
        self._conversation = conversation
