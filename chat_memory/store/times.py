"""When each turn of a conversation was saved, and on which day of a calendar that was."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import sqlalchemy as sa

from .schema import messages


def now() -> str:
    """The time, as it is stored: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()


def of_turns(connection: sa.Connection, conversation: int) -> list[str | None]:
    """The times of all turns of a conversation, in order; None where an older version has saved one, or it cannot be read."""
    query = sa.select(sa.func.min(messages.c.said_at)).where(messages.c.conversation == conversation)
    found = connection.execute(query.group_by(messages.c.turn).order_by(messages.c.turn)).scalars()
    return [time if day(time) else None for time in found]


def day(time: Any, zone: tzinfo | None = None) -> date | None:
    """The day of a stored time in a time zone, or else on this computer's calendar; None where it cannot be read."""
    try:
        at = datetime.fromisoformat(time)
        return at.astimezone(zone).date() if at.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None


def today(zone: tzinfo | None) -> date:
    """The day that it is in a time zone, or else on this computer's calendar. Raises TypeError for what is no time zone."""
    if zone is not None and not isinstance(zone, tzinfo):
        raise TypeError(f"zone must be a tzinfo such as zoneinfo.ZoneInfo('Asia/Tokyo'), got {zone!r:.60}.")
    return datetime.now(zone).date()


def checked(times: Iterable[str | None], turns: int) -> list[str | None]:
    """Times of turns as they are stored. Raises TypeError or ValueError for what is no time with its zone, or for too many."""
    given = list(times)
    if len(given) > turns:
        raise ValueError(
            f"said_at holds {len(given):,} times for {turns:,} turns. Give one for each, None where it is not known."
        )
    return [None if time is None else _stored(time, at) for at, time in enumerate(given)]


def _stored(time: str, place: int) -> str:
    if not isinstance(time, str):
        raise TypeError(f"said_at[{place}] must be text or None, got {type(time).__name__}: its isoformat().")
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        at = datetime.min
    if not at.tzinfo:
        raise ValueError(
            f"said_at[{place}] must be a time with its zone, such as 2027-03-17T09:30:00+00:00, got {time!r:.60}."
        )
    try:
        return at.astimezone(UTC).isoformat()
    except OverflowError:
        raise ValueError(f"said_at[{place}] is outside of the years that can be told: {time!r:.60}.") from None
