"""The rows of one user's facts: read and written in whole transactions, and never a row of another user."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ..errors import ConflictError, DamagedStore, whole_number
from ..search import terms
from ..store.database import MENDING, Database, checked_id
from ..store.hooks import telling_time
from ..store.schema import facts
from ..unsendable import checked_plain

LOCK = 20_260_802  # with a number made of the user's id: on PostgreSQL whoever writes facts of one user waits his turn
LARGEST_ID = 2**31 - 1
LONGEST_FACT = 1_000  # characters: a fact is a sentence, and all of them together are to be injected and searched
LONGEST_CLEANED = 2 * LONGEST_FACT  # a note such as "[card number removed]" is longer than what it stands for


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
        self.database, self.user = database, checked_id("A user's id", user)
        self.clean, self._clock = clean, telling_time(clock)
        self.mine = facts.c.user_id == user

    def now(self) -> str:
        """The time, as it is stored."""
        return time_text(self._clock())

    def today(self) -> str:
        """The date in the time zone of the clock, which is the user's: at 8:00 in Tokyo, it is yesterday in UTC."""
        return self._clock().date().isoformat()

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

    def read(self, query: sa.Select[Any]) -> list[Fact]:
        """The facts that a query finds."""
        with self.database.reading() as connection:
            found = [self.fact_of(row) for row in connection.execute(query)]
            if not found:
                self._check_index(connection)
        return found

    def _check_index(self, connection: sa.Connection) -> None:
        """Raises DamagedStore where facts of this user are there that the index of users has lost: nobody would notice."""
        if self.database.dialect != "sqlite" or connection.execute(sa.select(facts.c.id).where(self.mine)).first():
            return
        not_by_index = sa.select(facts.c.text).where(facts.c.user_id.concat("") == self.user)
        if connection.execute(not_by_index).first():
            raise DamagedStore(f"{self.database} is damaged: its index of users has lost this one. {MENDING}")

    def texts_in_force(self, connection: sa.Connection) -> dict[int, str]:
        """The texts of all facts in force, by id."""
        query = sa.select(facts.c.id, facts.c.text).where(self.in_force)
        return {row.id: row.text for row in connection.execute(query)}

    def row(
        self,
        text: str,
        conversation: str | None = None,
        message: int | None = None,
        expires: datetime | None = None,
    ) -> dict[str, Any]:
        """The row of a fact, said now, for `insert`. Raises TypeError or ValueError for what cannot be one.

        It is made before a transaction begins: `clean` and `clock` may take their time, or use the database themselves.
        """
        if not (cleaned := self.cleaned(checked_text(text))).strip():
            raise ValueError("The function given as clean has left nothing of this fact. Nothing was saved.")
        return self.row_of(cleaned, conversation, message, expires)

    def row_of(
        self, text: str, conversation: str | None, message: int | None, expires: datetime | None = None
    ) -> dict[str, Any]:
        """The same for a text that has been cleaned."""
        return {
            "user_id": self.user,
            "text": text,
            "terms": " ".join(terms.of_fact(text)),
            "said_at": self.now(),
            "conversation": None if conversation is None else checked_id("A conversation's id", conversation),
            "message": None if message is None else min(whole_number("message", message, least=1), LARGEST_ID),
            "expires_at": None if expires is None else time_text(expires),
        }

    def insert(self, connection: sa.Connection, row: dict[str, Any]) -> Fact:
        """Add a fact that `row` has made."""
        return self.fact_of(connection.execute(sa.insert(facts).values(row).returning(facts)).one())

    def cleaned(self, text: str) -> str:
        """What `clean` leaves of a fact. Raises ValueError for what cannot be stored."""
        cleaned = checked_plain("What clean has returned for a fact", self.clean(text))
        if len(cleaned) > LONGEST_CLEANED:
            raise ValueError(
                f"The function given as clean has made {len(cleaned):,} characters of a fact of {len(text):,}. A fact that "
                f"has been cleaned may have {LONGEST_CLEANED:,}. Nothing was saved."
            )
        return cleaned

    def change(self, connection: sa.Connection, id: int, **values: Any) -> Fact:
        """Change a fact that nothing has replaced. Raises LookupError where there is none, ConflictError if replaced."""
        this = self.mine & (facts.c.id == id)
        free = this & facts.c.replaced_by.is_(None)
        row = connection.execute(sa.update(facts).where(free).values(values).returning(facts)).one_or_none()
        if row is not None:
            return self.fact_of(row)
        newer = connection.execute(sa.select(facts.c.replaced_by).where(this)).scalar()
        if newer is None:
            raise no_fact(id)
        raise ConflictError(
            f"Fact {id} has been corrected: fact {newer} stands in its place. Nothing was saved; look at that one first."
        )

    def fact_of(self, row: Any) -> Fact:
        """A row as a Fact. Raises DamagedStore for what `insert` has not written."""
        try:
            text = checked_plain("A fact", row.text)
            said_at = datetime.fromisoformat(row.said_at)
            expires_at = None if row.expires_at is None else datetime.fromisoformat(row.expires_at)
        except (TypeError, ValueError):
            raise DamagedStore(f"Fact {row.id} in {self.database} is damaged: it cannot be read. {MENDING}") from None
        return Fact(row.id, text, said_at, row.conversation, row.message, row.replaced_by, expires_at)

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

    def _with_older(self, id: int) -> sa.Select[Any]:
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
    return checked_plain("A fact", text)


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
