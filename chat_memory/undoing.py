"""What was remembered before a turn, so that turns can be taken back: one after the other, to the first."""

from collections.abc import Iterable
from typing import Any

from .layout import Kept
from .messages import Message, Part

Folds = tuple[Kept, ...]  # what was remembered before each fold, oldest first: what the summary stands for is there


def turns_of(kept: Kept) -> int:
    """How many turns there are by then, those included that the summary stands for."""
    return kept.folded + len(kept.turns)


def before_the_newest(kept: Kept, folds: Folds) -> tuple[Kept, Folds] | None:
    """What was remembered before the newest turn, and before the folds that were made until then.

    None where there is no such turn, or where the summary stands for it and the one of before is not known here.
    """
    if folds and turns_of(folds[-1]) == turns_of(kept) - 1:  # the fold made room for this turn's question
        return folds[-1], folds[:-1]
    if not kept.turns:
        return None
    *turns, newest = kept.turns
    return kept._replace(turns=tuple(turns), tokens=kept.tokens - newest.tokens), folds


def all_turns(kept: Kept, folds: Folds) -> list[tuple[Message, ...]]:
    """All turns from the first on. Raises LookupError where the oldest are known to a store alone."""
    turns: dict[int, tuple[Message, ...]] = {}
    for state in (*folds, kept):
        turns.update(enumerate((turn.messages for turn in state.turns), start=state.folded))
    if missing := turns_of(kept) - len(turns):
        raise LookupError(
            f"This memory went on from a saved conversation, and knows its first {missing:,} turn{'s' * (missing != 1)} from "
            "the summary alone. Resume that conversation, and branch off from there."
        )
    return [turns[number] for number in range(len(turns))]


def question_of(turn: Iterable[Message]) -> str | list[Part]:
    """The question of a turn: a text, or parts; "" for a turn without one, which another program may have saved."""
    asked: list[Any] = [message.get("content") for message in turn if message["role"] == "user"]
    return (asked[0] if asked else "") or ""
