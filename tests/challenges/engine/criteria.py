"""A criterion that is not met yet, said so that a learner can go on: what happened, why it matters, what to think about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import openai

Message = dict[str, Any]


@dataclass
class Shown:
    """One thing that a failure shows: a title, and below it messages, or texts, or beside it plain text."""

    title: str
    what: Any


class Texts(list):
    """Texts that are shown one a line. What stands in any other list is shown as a message."""


class Lines(list):
    """The lines of one text, shown as they are; a long one goes on below."""


@dataclass
class NotYet(Exception):
    """A criterion that is not met. `hints` go from a question to nearly the answer; the first is always shown."""

    what: str
    shown: Sequence[Shown] = ()
    why: str = ""
    hints: Sequence[str] = ()
    judged: bool = True  # False: the code stopped before anything could be said about this criterion

    def __str__(self) -> str:
        return self.what


class NotStarted(BaseException):
    """The learner has not written this part yet. No Exception: there is no use in looking for a smaller example."""

    shown: Sequence[Shown] = ()
    why = ""
    hints = ("Replace raise NotImplementedError by your code.",)


class NoUse(BaseException):
    """Nothing more can be found out, so that no smaller example is looked for: the code does not end, or exits."""

    def __init__(self, problem: NotYet) -> None:
        super().__init__(str(problem))
        self.problem = problem


class NotJudgedHere(BaseException):
    """A criterion for which something is needed that there is not here."""

    shown: Sequence[Shown] = ()
    why = ""
    hints = ("Where the workbook is installed, check judges it.",)

    def __init__(self) -> None:
        super().__init__(
            "This is not judged here: it takes a second program beside yours, and in a browser there is none."
        )


@dataclass
class Scene:
    """What happened in one try, filled in as it happens, and shown when something is not as expected."""

    shown: list[Shown] = field(default_factory=list)
    smallest: ClassVar[bool] = True  # whether to look for a smaller example: not where nobody will read it
    newest: ClassVar[Scene | None] = None  # the one being filled in: an error in the learner's code shows it too
    calls: ClassVar[int] = 0  # of the model, since the checker began

    def __post_init__(self) -> None:
        Scene.newest = self

    def show(self, title: str, what: Any) -> None:
        self.shown.append(Shown(title, what))

    @contextmanager
    def sent_by_us(self, *, why: str, hint: str | Sequence[str]) -> Iterator[None]:
        """Around a request that the checker makes of what a learner returned: the server's refusal is for the learner."""
        try:
            yield
        except openai.OpenAIError as error:
            body = error.body if isinstance(error, openai.APIStatusError) and isinstance(error.body, dict) else {}
            refusal = body.get("message", str(error))
            raise NotYet(f"The server refuses it: {refusal}", tuple(self.shown), why, _several(hint)) from None

    def expect(self, met: Any, what: str, *, why: str, hint: str | Sequence[str]) -> None:
        """Go on if it is met; raise NotYet if not. `what` says in one sentence what came and what was expected."""
        if not met:
            problem = NotYet(what, tuple(self.shown), why, _several(hint))
            raise problem if Scene.smallest else NoUse(problem)


def _several(hint: str | Sequence[str]) -> tuple[str, ...]:
    return (hint,) if isinstance(hint, str) else tuple(hint)
