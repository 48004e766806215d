"""The layout of a request that fits: instructions, summary, recent turns, question. Decisions only, nothing is sent."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count
from typing import NamedTuple, cast

from .content import RESULTS, parts_as_text
from .errors import BudgetError, whole_number
from .messages import Message, ToolLike
from .questions import Question, question_message
from .summary import least_prompt
from .texts import Count, checked_model
from .tokens import PRIMING_TOKENS, Counting, PartTokens
from .tool_turns import (
    REASONING_AS_TEXT,
    REASONING_ITEMS,
    reasoning_where_needed,
    shorten_result,
    split_steps,
    thin_turn,
)
from .unsendable import all_whole, whole

RECAP: Message = {"role": "user", "content": "Please recap our conversation so far."}
LEAST_SUMMARY = 20  # tokens: where the budget is small, a summary gets less than its share, down to this
SHARE_OF_A_TURN = 0.5  # of the room: where results take more of it, they are shortened before older turns make room
NOT_TAKEN = {
    "chat": {*REASONING_ITEMS, "phase"},
    "responses": set(REASONING_AS_TEXT),
}  # fields of the other API's messages
LOWER_MARK = 0.6  # of the budget: over it, cut down to this, so that the next requests only append to what was sent

AS_IT_WAS_SAVED = (
    "It was saved so. To go on all the same, take the turns from load().recent, put right that message, and append them to "
    "a new conversation."
)


class Counted(NamedTuple):
    """Messages that go together, and their tokens in a request, counted once: a question, or a turn."""

    messages: tuple[Message, ...] = ()
    tokens: int = 0

    def then(self, more: "Counted") -> "Counted":
        """These messages and those that come after them."""
        return Counted((*self.messages, *more.messages), self.tokens + more.tokens)


class Kept(NamedTuple):
    """What is remembered, and its tokens in a request. A value: it is replaced as a whole, or stays as it is."""

    summary: str = ""
    turns: tuple[Counted, ...] = ()
    tokens: int = 0
    folded: int = 0  # how many turns the summary stands for


@dataclass(frozen=True)
class Layout:
    """The sizes that a conversation has to keep to: in tokens, but `keep_recent` in turns."""

    system: tuple[Message, ...]
    max_tokens: int
    keep_recent: int
    reply_tokens: int
    summary_tokens: int
    model: str
    tools: Sequence[ToolLike]
    counting: Counting
    summary_model: str
    limit_reply: bool
    api: str
    resized: Callable[[int], "Layout"] = field(repr=False)  # the same for another budget

    def question(self, question: Question) -> Counted:
        """A question to ask. Raises TypeError or ValueError for what is none, and for a part whose cost is not known."""
        return self.counted((question_message(question),))

    def resumed(
        self, summary: str, folded: int, turns: Iterable[Iterable[Message]], way_out: str = AS_IT_WAS_SAVED
    ) -> Kept:
        """What is remembered when a saved conversation goes on. A summary over the cap stays until the next fold.

        What cannot be counted, such as a picture without a price, is named in words. Raises TypeError or ValueError for
        what is no content.
        """
        number, said = count(), []
        for turn in turns:
            said.append(tuple(self._sendable(message, next(number), way_out) for message in turn))
        recent = tuple(self.at_rest(self.counted(turn)) for turn in said)
        summary = whole(summary)
        return Kept(summary, recent, self.counted(_recap(summary)).tokens + sum(turn.tokens for turn in recent), folded)

    def _sendable(self, message: Message, number: int, way_out: str) -> Message:
        """A saved message as it can be sent again; where it cannot be, the error says which it is, and the way out."""
        if not_taken := NOT_TAKEN[self.api] & message.keys():
            message = cast(Message, {name: value for name, value in message.items() if name not in not_taken})
        try:
            message = parts_as_text(all_whole(message), f"messages[{number}]", self.counting.has_price)
            self.counting.message(message, number)
        except (TypeError, ValueError) as error:
            error.add_note(way_out)
            raise
        return message

    def answered(self, before: Kept, question: Counted, steps: Counted, answer: Message) -> Kept:
        """What is remembered once the question has been answered, after `steps` of calls and results."""
        turn = self.at_rest(question.then(steps).then(self.counted((answer,))))
        return Kept(before.summary, (*before.turns, turn), before.tokens + turn.tokens, before.folded)

    def at_rest(self, turn: Counted) -> Counted:
        """A turn as it is remembered: of one that called tools not more than its share, whatever else there is.

        So it is the same when the conversation is resumed. Question and answer always stay, and what the model has
        thought stays as long as one of the turn's calls does.
        """
        said = turn.messages
        if turn.tokens <= self.share or not any("tool_calls" in message for message in said):
            return turn
        answer = [] if said[-1]["role"] in RESULTS else [said[-1]]
        room = max(self.share - self.counted(tuple(answer)).tokens, self.counting.message(said[0]))
        steps = thin_turn(said[: len(said) - len(answer)], room, cost=self.counting.message)
        return self.counted(tuple(reasoning_where_needed([*steps, *answer])))

    def in_turn(self, kept: Kept, known: Counted, steps: Counted) -> Counted:
        """A turn that has come to some steps, as it is sent: thinned where it takes more than its share and does not fit.

        Its results are shortened first; before a whole step would go, older turns have to make room. `known` is the
        question with what is known that bears on it; where the newest step needs its room, that goes. What comes fits once
        the older turns are folded, or as it is.

        Raises BudgetError where the newest step does not fit, its results being shortened: without it the model would
        call once more what has been called.
        """
        turn = known.then(steps)
        room, most = self.room - kept.tokens, self.room - self._least_kept(kept)[1]
        if turn.tokens > (first := max(room, min(self.share, most))):
            thinned = self._thinned(known, steps, first)
            turn = thinned if len(thinned.messages) == len(turn.messages) else self._thinned(known, steps, most)
        if turn.messages[-1]["role"] not in RESULTS:  # the newest step went too
            question = self.counted(known.messages[-1:])
            step = self._least_step(steps)
            turn = question.then(step)
            if turn.tokens > most:
                raise self._too_long(kept, question, step.tokens)
        return turn

    def _least_step(self, steps: Counted) -> Counted:
        """The newest of some steps, its results as short as they can be."""
        _, [*_, newest] = split_steps(steps.messages)
        cost = self.counting.message
        return self.counted(tuple(shorten_result(m, 0, cost) if m["role"] in RESULTS else m for m in newest))

    def _thinned(self, known: Counted, steps: Counted, room: int) -> Counted:
        *notes, question = known.messages
        room = max(room - known.tokens + self.counting.message(question), 0)
        cut_to = round(LOWER_MARK * room)  # so that the next steps only append
        return self.counted(
            (*notes, *thin_turn([question, *steps.messages], room, cut_to=cut_to, cost=self.counting.message))
        )

    def folded(self, before: Kept, old: int, summary: str) -> Kept:
        """What is remembered once the oldest turns have gone into a new summary."""
        turns = before.turns[old:]
        tokens = self.counted(_recap(summary)).tokens + sum(turn.tokens for turn in turns)
        return Kept(summary, turns, tokens, before.folded + old)

    def request(self, kept: Kept, question: Counted | None = None) -> list[Message]:
        """The messages to send: all turns, or with a question only the newest that fit, should they not all do so."""
        first, over = 0, 0
        if question:
            over = kept.tokens + question.tokens - self.room
            while over > 0 and first < len(kept.turns):
                over -= kept.turns[first].tokens
                first += 1
        recap = _recap(kept.summary) if over <= 0 else ()  # too long for the settings with which it was resumed
        said = chain.from_iterable(turn.messages for turn in kept.turns[first:])
        return [*self.system, *recap, *said, *(question.messages if question else ())]

    def spare(self, messages: Iterable[Message]) -> int:
        """The tokens that a request with these messages leaves free, beside what is kept for the reply."""
        return self.max_tokens - self.reply_tokens - self.counting.request(messages, self.tools)

    def fits(self, kept: Kept, question: Counted) -> bool:
        """Whether a question fits: once all turns are folded, or as it is where that takes less."""
        return question.tokens + self._least_kept(kept)[1] <= self.room

    def _least_kept(self, kept: Kept) -> tuple[str, int]:
        """What the memory takes of a request at least, by name."""
        if kept.turns and kept.tokens > self.largest_recap:
            return "the summary" if kept.summary else "room for a summary", self.largest_recap
        return "the turns so far" if kept.turns else "the summary", kept.tokens

    def to_fold(self, kept: Kept, question: Counted) -> int:
        """How many of the oldest turns must go into the summary for the question to fit; 0 where it fits as it is.

        All but the last `keep_recent` turns go, and more where these alone would pass the lower mark. Raises
        BudgetError where the question would not fit without any turn.
        """
        room = self.room - question.tokens
        if kept.tokens <= room:
            return 0
        if not self.fits(kept, question):
            raise self._too_long(kept, question)
        lower = room - (1 - LOWER_MARK) * (self.max_tokens - self.reply_tokens)
        recent, used = 0, self.largest_recap
        for turn in kept.turns[::-1][: self.keep_recent]:
            used += turn.tokens
            if used > (lower if recent else room):  # the newest turn stays wherever it fits
                break
            recent += 1
        return max(len(kept.turns) - recent, 1)  # all would fit beside a summary in the cap: this one is over it

    def _too_long(self, kept: Kept, question: Counted, step: int = 0) -> BudgetError:
        """The error with the least budget that works, in which the shares of the reply and a summary are larger too.

        `step` are the tokens of the newest step, where that is what does not fit.
        """
        grown, needs = self, self._needs(kept, question, step)
        while (
            needed := sum((then := grown._needs(kept, question, step)).values()) + grown.reply_tokens
        ) > grown.max_tokens:
            grown = grown.resized(needed)
        larger = {"the reply": grown.reply_tokens} if grown.reply_tokens != self.reply_tokens else {}
        larger |= {what: tokens for what, tokens in then.items() if tokens != needs.get(what)}
        shares = " and ".join(f"{tokens:,} for {what.removeprefix('room for ')}" for what, tokens in larger.items())
        grows = f"Of {needed:,} tokens, {shares} would be kept free." if larger else ""
        return BudgetError(needs, self.max_tokens, self.reply_tokens, needed, grows)

    def _needs(self, kept: Kept, question: Counted, step: int) -> dict[str, int]:
        return {
            "the newest step": step,
            "the newest question": question.tokens,
            "the instructions": self.counted(self.system).tokens,
            "the tools": self.counting.tools(self.tools),
            **dict([self._least_kept(kept)]),
            "priming the reply": PRIMING_TOKENS,
        }

    @cached_property
    def room(self) -> int:
        """The tokens that are left for the summary, the turns and the question."""
        fixed = self.counted(self.system).tokens + self.counting.tools(self.tools) + PRIMING_TOKENS
        return self.max_tokens - self.reply_tokens - fixed

    @cached_property
    def share(self) -> int:
        """The most that a turn with tools takes of the room where there is something else to be sent."""
        return round(SHARE_OF_A_TURN * self.room)

    @cached_property
    def largest_recap(self) -> int:
        """The most tokens that a summary takes in a request, with the request for a recap before it."""
        return self.counted((RECAP, _said(""))).tokens + self.summary_tokens

    @property
    def least(self) -> int:
        """The least budget in which a question of a few words fits, and a request for a summary."""
        asked = self.max_tokens - self.room + self.largest_recap + 8
        return max(asked, least_prompt(self.summary_tokens, self.counting) + self.max_tokens - self.summary_prompt)

    @property
    def summary_prompt(self) -> int:
        """The most tokens of a request for a summary: its own reply, the summary, needs room too."""
        return self.max_tokens - max(self.reply_tokens, self.summary_tokens)

    @property
    def reply_limit(self) -> int | None:
        """The most tokens that a reply may have, in a request that says so; None where it says nothing."""
        return self.reply_tokens if self.limit_reply else None

    @property
    def summary_limit(self) -> int | None:
        """The same of a summary: all that its request leaves of the budget, for what is over the cap is cut off later."""
        return self.max_tokens - self.summary_prompt if self.limit_reply else None

    def counted(self, messages: tuple[Message, ...]) -> Counted:
        """Messages with their tokens in a request."""
        return Counted(messages, sum(map(self.counting.message, messages)))


def layout(
    system: str,
    max_tokens: int,
    keep_recent: int,
    reply_tokens: int | None,
    summary_tokens: int | None,
    model: str,
    tools: Sequence[ToolLike] = (),
    count: Count | None = None,
    part_tokens: PartTokens | None = None,
    summary_model: str | None = None,
    limit_reply: bool = True,
    api: str = "chat",
) -> Layout:
    """A layout with these sizes; without them, a sixth of the budget is for the reply and a tenth for the summary.

    A larger budget never has room for less: the two shares never grow with the same token, as one is rounded and the
    other cut, and a summary gets less than its share where there would be no room for it.

    Raises TypeError for what is no text or no whole number, and ValueError for a budget in which nothing could be asked.
    """
    if not isinstance(system, str):
        raise TypeError(f'system must be a text, got {type(system).__name__}. Without instructions it is "".')
    counting = Counting.of(model, count, part_tokens)
    if summary_model is not None:
        checked_model(summary_model, "summary_model")
    if not isinstance(limit_reply, bool):
        raise TypeError(
            f"limit_reply must be True or False, got {limit_reply!r:.60}. For a limit of its own: "
            "options={'max_completion_tokens': 500}."
        )
    whole_number("max_tokens", max_tokens, least=1)
    whole_number("keep_recent", keep_recent, least=0)
    if api not in NOT_TAKEN:
        raise ValueError(f"api must be 'chat', for Chat Completions, or 'responses', got {api!r:.60}.")
    if reply_tokens is not None:
        whole_number("reply_tokens", reply_tokens, least=0)
    if summary_tokens is not None:
        whole_number("summary_tokens", summary_tokens, least=1)
    instructions: tuple[Message, ...] = ({"role": "system", "content": whole(system)},) if system else ()

    def sized(budget: int) -> Layout:
        reply = budget // 6 if reply_tokens is None else reply_tokens

        def with_summary(tokens: int) -> Layout:
            own = summary_model or model
            return Layout(
                instructions, budget, keep_recent, reply, tokens, model, tools, counting, own, limit_reply, api, sized
            )

        def is_too_large(tokens: int) -> bool:
            return with_summary(tokens).least > budget

        if summary_tokens is not None:
            return with_summary(summary_tokens)
        sizes = range(LEAST_SUMMARY + 1, (budget + 5) // 10 + 1)
        return with_summary(LEAST_SUMMARY + bisect_left(sizes, True, key=is_too_large))

    found = least = sized(max_tokens)
    while least.least > least.max_tokens:
        least = sized(least.least)
    if least is not found:
        raise ValueError(
            f"max_tokens must be at least {least.max_tokens:,}, got {max_tokens:,}: it has to hold the instructions, "
            f"{'the tools, ' if tools else ''}a summary of {least.summary_tokens:,} tokens, a short question and "
            f"{least.reply_tokens:,} tokens for the reply, and a request for a summary."
        )
    return found


def _recap(summary: str) -> tuple[Message, ...]:
    """The summary as a turn of its own: the assistant says it when asked for a recap."""
    return (RECAP, _said(summary)) if summary else ()


def _said(text: str) -> Message:
    return {"role": "assistant", "content": text}
