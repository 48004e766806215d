"""The summaries that newer ones have replaced, each with how many turns there were: a turn that made one can be taken back."""

from typing import Any

import sqlalchemy as sa

from .schema import conversations, summaries

STATE = ("summary", "folded")


def keep(connection: sa.Connection, known: sa.ColumnElement[bool], values: dict[str, Any]) -> None:
    """Keep the summary of a conversation, as it is, where the new values are to replace it with another one."""
    if not (new := [conversations.c[name] != values[name] for name in STATE if name in values]):
        return
    columns = ("number", "turns", *STATE)
    replaced = sa.select(*(conversations.c[name] for name in columns)).where(known & sa.or_(*new))
    # On PostgreSQL nobody else may add a turn from here on; a writer on SQLite is alone in any case.
    kept = sa.insert(summaries).from_select(["conversation", "turns", *STATE], replaced.with_for_update())
    connection.execute(kept)


def before(connection: sa.Connection, conversation: int, turns: int) -> tuple[str, int] | None:
    """The summary at the end of so many turns, and the turns that it stands for, if the next turn has replaced it."""
    query = sa.select(summaries.c.summary, summaries.c.folded).where(
        (summaries.c.conversation == conversation) & (summaries.c.turns == turns)
    )
    row = connection.execute(query).one_or_none()
    return (row.summary, row.folded) if row else None


def earlier(connection: sa.Connection, conversation: int) -> list[tuple[int, str, int]]:
    """All of a conversation, oldest first: how many turns there were, the summary, and how many it stood for."""
    query = sa.select(summaries.c.turns, summaries.c.summary, summaries.c.folded)
    found = connection.execute(query.where(summaries.c.conversation == conversation).order_by(summaries.c.turns))
    return [(row.turns, row.summary, row.folded) for row in found]


def insert(connection: sa.Connection, conversation: int, rows: list[dict[str, Any]]) -> None:
    """Write the earlier summaries of a conversation that begins with them."""
    if rows:
        connection.execute(sa.insert(summaries), [row | {"conversation": conversation} for row in rows])


def forget(connection: sa.Connection, conversation: int, turns: int) -> None:
    """Delete those that were there at the end of so many turns, or of more."""
    gone = (summaries.c.conversation == conversation) & (summaries.c.turns >= turns)
    connection.execute(sa.delete(summaries).where(gone))
