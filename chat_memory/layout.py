"""The layout of a request that fits: instructions, summary, recent turns, question. Decisions only, nothing is sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from .errors import BudgetError
from .tokens import PRIMING_TOKENS, Message, message_tokens

RECAP = {"role": "user", "content": "Please recap our conversation so far."}
LOWER_MARK = 0.6  # of the budget: over it, cut down to this, so that the next requests only append to what was sent


class KeptTurn(NamedTuple):
    """A question and its reply, and their tokens in a request, counted once."""

    messages: tuple[Message, ...]
    tokens: int


class Kept(NamedTuple):
    """What is remembered. A value: it is replaced as a whole, once a turn is complete, or it stays as it is."""

    summary: str = ""
    turns: tuple[KeptTurn, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The sizes that a conversation has to keep to: in tokens, but `keep_recent` in turns."""

    system: tuple[Message, ...]
    max_tokens: int
    keep_recent: int
    reply_tokens: int
    summary_tokens: int
    model: str

    def request(self, kept: Kept, question: Message | None = None) -> list[Message]:
        """The messages to send: all turns, or with a question only the newest that fit, should they not all do so."""
        first, asked = 0, [question] if question else []
        if question:
            room = self._room(question) - self._tokens(_recap(kept.summary))
            used = sum(turn.tokens for turn in kept.turns)
            while used > room:
                used -= kept.turns[first].tokens
                first += 1
        said = chain.from_iterable(turn.messages for turn in kept.turns[first:])
        return [*self.system, *_recap(kept.summary), *said, *asked]

    def to_fold(self, kept: Kept, question: Message) -> int:
        """How many of the oldest turns must go into the summary for the question to fit; 0 where it fits as it is.

        All but the last `keep_recent` turns go, and more where these alone would pass the lower mark. Raises
        BudgetError where the question would not fit without any turn.
        """
        room, summary = self._room(question), self._tokens(_recap(kept.summary))
        if summary + sum(turn.tokens for turn in kept.turns) <= room:
            return 0
        if kept.turns:
            summary = self.largest_summary
        if summary > room:
            needs = {"the newest question": self._tokens([question]), "the instructions": self._tokens(self.system)}
            needs |= {"the summary": summary, "priming the reply": PRIMING_TOKENS}
            raise BudgetError(needs, self.max_tokens, self.reply_tokens)
        lower = room - (1 - LOWER_MARK) * (self.max_tokens - self.reply_tokens)
        recent, used = 0, summary
        for turn in kept.turns[::-1][: self.keep_recent]:
            used += turn.tokens
            if used > (lower if recent else room):  # the newest turn stays wherever it fits
                break
            recent += 1
        return len(kept.turns) - recent

    def turn(self, question: Message, reply: str) -> KeptTurn:
        """A turn to remember."""
        messages = (question, _said(reply))
        return KeptTurn(messages, self._tokens(messages))

    @property
    def largest_summary(self) -> int:
        """The most tokens that a summary takes in a request, with the request for a recap before it."""
        return self._tokens([RECAP, _said("")]) + self.summary_tokens

    @property
    def least(self) -> int:
        """The least budget in which a question of a few words fits, whatever has been said before."""
        return self._tokens(self.system) + self.largest_summary + 8 + PRIMING_TOKENS + self.reply_tokens

    def _room(self, question: Message) -> int:
        """The tokens that are left for the summary and the turns."""
        return self.max_tokens - self.reply_tokens - self._tokens([*self.system, question]) - PRIMING_TOKENS

    def _tokens(self, messages: Iterable[Message]) -> int:
        return sum(message_tokens(message, self.model) for message in messages)


def _recap(summary: str) -> list[Message]:
    """The summary as a turn of its own: the assistant says it when asked for a recap."""
    return [RECAP, _said(summary)] if summary else []


def _said(text: str) -> Message:
    return {"role": "assistant", "content": text}
