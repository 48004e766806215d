"""The states of a conversation in a store: how far it is, what it goes on from, and all that there is."""

from typing import Any, NamedTuple

from ..errors import whole_number
from ..messages import Message

LARGEST = 2**31 - 1  # of a number in the tables


class Position(NamedTuple):
    """How far a conversation is: no two states of it have the same one. (0, 0, 0) before its first turn is saved.

    Of a conversation from which nothing has been taken back, the first two numbers are enough for `append`.
    """

    number: int  # never given twice: a conversation that is deleted and begun anew is another one
    turns: int
    taken_back: int = (
        0  # how often: after it, another turn in the place of one that was taken back is seen to be another
    )


class Saved(NamedTuple):
    """What a conversation goes on from: `recent` are the turns that the summary does not stand for."""

    settings: dict[str, Any]
    summary: str
    folded: int  # turns
    recent: list[list[Message]]
    position: Position


class TakenBack(NamedTuple):
    """A turn that is no longer in a conversation, and what goes on without it."""

    turn: list[Message]
    left: Saved


class History(NamedTuple):
    """All that there is in a conversation, as `begin` takes it."""

    turns: list[list[Message]]
    settings: dict[str, Any]
    summary: str
    folded: int  # turns
    earlier: list[tuple[int, str, int]]  # summaries before this one: how many turns there were, the text, those folded
    said_at: list[str | None]  # of each turn: UTC, ISO 8601; None where an older version has saved it


def checked_position(after: Any) -> Position | None:
    """What the caller knows, as a Position. Raises TypeError or ValueError."""
    if after is None:
        return None
    if not isinstance(after, (tuple, list)) or len(after) not in (2, 3):
        raise TypeError(f"after is the Position that append or load has returned, or None, got {after!r:.60}.")
    return Position(*(min(whole_number("after", number, least=0), LARGEST) for number in after))


def position_of(row: Any) -> Position:
    return Position(row.number, row.turns, row.taken_back)
