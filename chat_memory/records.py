"""The rows of one user's facts: read and written in whole transactions, and never a row of another user."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from .database import Database, checked_id
from .errors import ConflictError, whole_number
from .schema import facts

LOCK = 20_260_802  # with a number made of the user's id: on PostgreSQL whoever writes facts of one user waits his turn
LARGEST_ID = 2**31 - 1
LONGEST_FACT = 1_000  # characters: a fact is a sentence, and all of them together are to be injected and searched


@dataclass(frozen=True)
class Fact:
    """One statement about a user. Times are in UTC; `message` is the number of the message in the conversation."""

    id: int
    text: str
    said_at: datetime
    conversation: str | None = None
    message: int | None = None
    replaced_by: int | None = None
    expires_at: datetime | None = None


class Records:
    """All facts of one user. What changes them is given a connection of `writing`."""

    def __init__(
        self, database: Database, user: str, clean: Callable[[str], str], clock: Callable[[], datetime]
    ) -> None:
        """`clean` is applied to every text before it is written; `clock` says what time it is, with a time zone."""
        self.database, self.user, self.clean, self._clock = database, checked_id("A user's id", user), clean, clock
        self.mine = facts.c.user_id == user

    def now(self) -> str:
        """The time, as it is stored."""
        return time_text(self._clock())

    @property
    def in_force(self) -> sa.ColumnElement[bool]:
        """Whether a fact is this user's, not replaced and not expired."""
        holds = facts.c.expires_at.is_(None) | (facts.c.expires_at > self.now())
        return self.mine & facts.c.replaced_by.is_(None) & holds

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction in which nobody else changes this user's facts."""
        with self.database.writing() as connection:
            if self.database.dialect == "postgresql":  # on SQLite there is one writer at a time in any case
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK, sa.func.hashtext(self.user))))
            yield connection

    def read(self, query: sa.Select) -> list[Fact]:
        """The facts that a query finds."""
        with self.database.reading() as connection:
            return [fact_of(row) for row in connection.execute(query)]

    def texts_in_force(self, connection: sa.Connection) -> dict[int, str]:
        """The texts of all facts in force, by id."""
        query = sa.select(facts.c.id, facts.c.text).where(self.in_force)
        return {row.id: row.text for row in connection.execute(query)}

    def insert(
        self,
        connection: sa.Connection,
        text: str,
        conversation: str | None = None,
        message: int | None = None,
        expires: datetime | None = None,
    ) -> Fact:
        """Add a fact, said now. Raises TypeError or ValueError for what cannot be one."""
        values = {
            "user_id": self.user,
            "text": self.clean(checked_text(text)),
            "said_at": self.now(),
            "conversation": None if conversation is None else checked_id("A conversation's id", conversation),
            "message": None if message is None else min(whole_number("message", message, least=1), LARGEST_ID),
            "expires_at": None if expires is None else time_text(expires),
        }
        return fact_of(connection.execute(sa.insert(facts).values(values).returning(facts)).one())

    def change(self, connection: sa.Connection, id: int, **values: Any) -> Fact:
        """Change a fact that nothing has replaced. Raises LookupError where there is none, ConflictError if replaced."""
        this = self.mine & (facts.c.id == id)
        free = this & facts.c.replaced_by.is_(None)
        row = connection.execute(sa.update(facts).where(free).values(values).returning(facts)).one_or_none()
        if row is not None:
            return fact_of(row)
        newer = connection.execute(sa.select(facts.c.replaced_by).where(this)).scalar()
        if newer is None:
            raise no_fact(id)
        raise ConflictError(
            f"Fact {id} has been corrected: fact {newer} stands in its place. Nothing was saved; look at that one first."
        )

    def delete(self, id: int | None = None) -> None:
        """Delete a fact with all that it has replaced, or all facts; raises LookupError where there is no such fact."""
        gone = self.mine if id is None else facts.c.id.in_(self._with_older(id))
        with self.writing() as connection:
            deleted = connection.execute(
                sa.delete(facts).where(gone).returning(facts.c.id)
            ).all()  # vectors go with them
            if id is not None and not deleted:
                raise no_fact(id)
            if self.database.dialect == "sqlite":  # until then the index has the words, and a note to pass over them
                connection.exec_driver_sql("INSERT INTO chat_facts_words(chat_facts_words) VALUES ('rebuild')")
        self.database.write_anew()

    def _with_older(self, id: int) -> sa.Select:
        chain = sa.select(facts.c.id).where(self.mine & (facts.c.id == id)).cte(recursive=True)
        older = facts.alias()
        replaced = sa.select(older.c.id).where((older.c.replaced_by == chain.c.id) & (older.c.user_id == self.user))
        return sa.select(chain.union(replaced).c.id)


def no_fact(id: int) -> LookupError:
    """The error for a fact that this user does not have: never had, has forgotten, or another user has."""
    return LookupError(f"This user has no fact {id}.")


def number_of(fact: Fact | int) -> int:
    """The number of a fact, or of what is one. Raises TypeError, or LookupError for a number that no fact can have."""
    id = fact.id if isinstance(fact, Fact) else fact
    if isinstance(id, bool) or not isinstance(id, int):
        raise TypeError(f"A fact is named by its number, or is a Fact, not {type(fact).__name__}.")
    if not 0 < id <= LARGEST_ID:
        raise no_fact(id)
    return id


def checked_text(text: str) -> str:
    """Return what can be the text of a fact. Raises TypeError or ValueError for what cannot, and says why."""
    if not isinstance(text, str):
        raise TypeError(f"A fact is text, not {type(text).__name__}.")
    if not text.strip():
        raise ValueError("The fact is empty. Write a sentence.")
    if len(text) > LONGEST_FACT:
        raise ValueError(f"A fact is a sentence of at most {LONGEST_FACT:,} characters, not {len(text):,}.")
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"A fact cannot hold the character NUL or half an emoji: {text!a:.60}.")
    return text


def time_text(time: datetime) -> str:
    """A time as it is stored: UTC, of fixed length, so that texts compare as the times do."""
    if not isinstance(time, datetime):
        raise TypeError(f"A time is a datetime with a time zone, not {type(time).__name__}.")
    if time.utcoffset() is None:
        raise ValueError("A time needs a time zone: datetime(2027, 1, 1, tzinfo=UTC).")
    try:
        return time.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError:
        raise ValueError(f"{time} is no time that UTC has too.") from None


def fact_of(row: Any) -> Fact:
    """A row as a Fact."""
    said_at = datetime.fromisoformat(row.said_at)
    expires_at = datetime.fromisoformat(row.expires_at) if row.expires_at else None
    return Fact(row.id, row.text, said_at, row.conversation, row.message, row.replaced_by, expires_at)
