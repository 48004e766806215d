"""What happens in a memory, as it is seen from outside: in a log, and by one callback. Tokens and turns, never texts."""

import inspect
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from .replies.extras import EFFORT, IGNORED, REASONING

LOG = logging.getLogger("chat_memory")
LOG.addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Folded:
    """Old turns have gone into the summary. Tokens are those of all that is remembered, with the summary."""

    turns: int
    tokens_before: int
    tokens_after: int

    level = logging.INFO

    def __str__(self) -> str:
        turns = f"{self.turns:,} turn{'s' * (self.turns != 1)}"
        return f"{turns} folded into the summary: {self.tokens_before:,} tokens before, {self.tokens_after:,} after"


@dataclass(frozen=True)
class SummaryCutOff:
    """A summary was cut off at a limit, and is kept up to its last whole sentence: facts behind it may be missing."""

    level = logging.WARNING

    def __str__(self) -> str:
        return "the summary was cut off at a limit: it is kept up to its last whole sentence, and facts may be missing"


@dataclass(frozen=True)
class Shortened:
    """A turn with tools was too large, so results of its tools are shortened or whole steps left out."""

    tokens_before: int
    tokens_after: int

    level = logging.INFO

    def __str__(self) -> str:
        return f"a turn with tools shortened: {self.tokens_before:,} tokens before, {self.tokens_after:,} after"


@dataclass(frozen=True)
class Retried:
    """Something failed and loses nothing.

    `what` is "summary", which the next question tries again; "reasoning", which another server has sealed, so that this
    one cannot read it, and which is left out from then on; or a parameter that was asked again without: the server
    refuses it, or the model used up this limit before it said a word; or a limit that the server ignores ("ignored"), and
    in whose place another one, or none, is sent from then on. (Without a reasoning_effort is with "none": some
    models take tools only so.) `reason` is the kind of error; a refusal has none.
    """

    what: str
    reason: str = ""

    level = logging.WARNING

    def __str__(self) -> str:
        if self.what == "summary":
            return f"no summary ({self.reason}): nothing is folded, and the next question tries again"
        if self.what == REASONING:
            return "the server cannot read what was thought elsewhere: asked again without it"
        if self.what == EFFORT:
            return f"the model takes no tools while it thinks: asked again with {EFFORT}='none', and from now on"
        if self.reason == IGNORED:
            return f"the server does not keep to {self.what}: another limit, or none, from now on"
        if self.reason:
            return f"cut off at {self.what} before the first word: asked again without, and from now on"
        return f"the server refuses {self.what}: asked again without, and from now on"


@dataclass(frozen=True)
class Saved:
    """A turn was saved. `turns` is how many the conversation has by now, `tokens` those of the turn in a request."""

    turns: int
    tokens: int

    level = logging.DEBUG

    def __str__(self) -> str:
        return f"turn {self.turns:,} saved: {self.tokens:,} tokens"


@dataclass(frozen=True)
class NotKept:
    """The server does not go on from what it was to keep (`server_keeps`). All of it is sent, so nothing is lost.

    `reason` is "gone" where it no longer has the response: a new chain begins. Otherwise nothing is asked to be kept any
    more: "ignored" where it has answered without (that answer is paid for, too), "refused" where it cannot, and
    "not stored" where it says so of its response.
    """

    reason: str

    level = logging.WARNING

    def __str__(self) -> str:
        if self.reason == "gone":
            return "the server no longer has the response to go on from: all was sent again, and a new chain begins"
        why = {"ignored": "ignores previous_response_id", "refused": "refuses previous_response_id"}
        return f"the server {why.get(self.reason, 'stores no responses')}: all is sent, from now on"


Notice: TypeAlias = Folded | SummaryCutOff | Shortened | Retried | Saved | NotKept
OnNotice: TypeAlias = Callable[[Notice], Any]


def checked_on_notice(on_notice: Any) -> OnNotice | None:
    """Return the callback. Raises TypeError for what is none, and for an async one: nothing would await it."""
    if on_notice is not None and (not callable(on_notice) or inspect.iscoroutinefunction(on_notice)):
        kind = "an async function" if callable(on_notice) else type(on_notice).__name__
        raise TypeError(f"on_notice must be a plain function of one notice, such as print, got {kind}.")
    called: OnNotice | None = on_notice
    return called


def tell(notice: Notice, on_notice: OnNotice | None) -> None:
    """Log what has happened, and call the callback. What the callback raises goes no further.

    Its kind and its place are logged, and not its words, nor the error that is being handled: these may hold texts.
    """
    LOG.log(notice.level, "%s", notice, extra={"notice": notice})
    if on_notice is not None:
        try:
            on_notice(notice)
        except Exception as error:
            place = "".join(traceback.format_tb(error.__traceback__))
            LOG.error("on_notice raised %s; the turn goes on\n%s", type(error).__name__, place)
