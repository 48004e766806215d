"""The bill of a long talk: what of it was read from the cache, beside what it costs when it is trimmed in each turn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile

from ..engine.criteria import Lines, Scene
from ..engine.preconditions import beforehand
from . import hints
from .bills import Answer, Bill, Till, bill_of, bill_when_trimmed
from .played import Played, Step

MOST = 0.4  # of what trimming in each turn costs
BREAKS = {  # how two requests in a row come to begin differently: what is said of it, and the hint
    "note first": ("a note stands where it changes what comes after it", hints.NOTE_BEFORE_THE_TALK),
    "note gone": (
        "a note is gone. The cache was written only as a whole, up to the last question, and that note was in it",
        hints.NOTE_NOT_KEPT,
    ),
    "window": ("the talk begins with another turn", hints.WINDOW_MOVES),
    "other": ("something has changed", hints.SOMETHING_CHANGES),
}


@dataclass
class LongTalk:
    """A long talk of one kind, as it was played."""

    kind: str
    turns: int
    talk: Played

    @cached_property
    def answers(self) -> list[Answer]:
        till = Till()
        return [till.take(step.sent) for step in self.talk.steps]

    @cached_property
    def bill(self) -> Bill:
        return bill_of(self.answers)

    @property
    def trimmed(self) -> Bill:
        return bill_when_trimmed(self.kind, self.turns)

    def scene(self) -> Scene:
        """The bill, beside that of the other way; of a talk that came to its end, and whose requests are all taken."""
        self.talk.end()
        scene = Scene()
        refusals = [answer.refusal for answer in self.answers if answer.refusal]
        with beforehand():
            scene.expect(
                not refusals,
                f"The server refuses a request: {refusals[0] if refusals else ''}",
                why="One refusal is the end of a conversation.",
                hint=hints.BETWEEN_CALL_AND_RESULT,
            )
        said = [f"yours: {self.bill}", f"trimmed in each turn: {self.trimmed}"]
        scene.show(f"The prompts of {self.turns} turns ({self.kind}), replies left out", Lines(said))
        return scene

    def breaks(self) -> Counter[str]:
        """How often, and by what, a request begins otherwise than the one before."""
        return Counter(kind for before, after in pairwise(self.talk.steps) if (kind := _break(before, after)))

    def example(self, kind: str) -> tuple[Step, Step]:
        """The last two requests in a row between which it comes to that."""
        pairs = [*pairwise(self.talk.steps)]
        return next((pair for pair in reversed(pairs) if _break(*pair) == kind), pairs[-1])


def _alike(before: Step, after: Step) -> int:
    """With how many messages two requests begin alike."""
    pairs = zip(before.sent, after.sent, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _break(before: Step, after: Step) -> str:
    """By what a request begins otherwise than the one before, up to the last question of that one; else nothing."""
    alike = _alike(before, after)
    if before.history[-1] not in before.sent[alike:]:
        return ""
    old, new = before.sent[alike], after.sent[alike]
    if before.first != after.first and not before.is_note(old):
        return "window"
    if before.is_note(old):
        return "note first" if alike == 1 else "note gone"
    return "note first" if after.is_note(new) else "other"


def expect_half_is_read(long: LongTalk) -> None:
    """At least half of all prompt tokens come from the cache."""
    scene = long.scene()
    kind = max(long.breaks().items(), key=lambda item: item[1], default=("other", 0))[0]
    before, after = long.example(kind)
    what, hint = BREAKS[kind]
    enough = long.bill.share_read >= 0.5
    if not enough:
        scene.show("You sent", before.sent)
        scene.show("and for the next question", after.sent)
    scene.expect(
        enough,
        f"{long.bill.share_read:.0%} of the prompt tokens were read from the cache. Behind message {_alike(before, after)} "
        f"the two requests are no longer alike: {what}.",
        why="What is not read is written anew, which costs more than twelve times as much as reading it.",
        hint=hint,
    )


def expect_cheaper(long: LongTalk) -> None:
    """The bill is at most two fifths of that of trimming in each turn."""
    scene, most = long.scene(), long.trimmed.cost * MOST
    scene.expect(
        long.bill.cost <= most,
        f"It costs {long.bill.cost / 1000:.3f} cents; at most {most / 1000:.3f} were expected, two fifths of what "
        f"it costs when it is trimmed in each turn.",
        why="Each cut has what is left of the talk written anew.",
        hint=hints.CUT_MORE_SELDOM,
    )
