"""When each turn of a conversation was saved, and on which day of this computer's calendar that was."""

from datetime import UTC, date, datetime
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


def day(time: Any) -> date | None:
    """The day of a stored time; None where it cannot be read."""
    try:
        return datetime.fromisoformat(time).astimezone().date()
    except (TypeError, ValueError, OverflowError):
        return None
