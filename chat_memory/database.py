"""A database behind a URL: SQLite or PostgreSQL, whole transactions, and errors that say what to do."""

import os
import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError
from sqlalchemy.pool import NullPool

from . import schema
from .errors import DamagedStore, NewerStore, StoreError
from .letters import checked_plain

BUSY_SECONDS = 30  # to wait while another program writes to the same SQLite file
LONGEST_ID = 200  # characters
DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CONSTRAINT"}
MISSING = re.compile(
    "no such (?:table|column|index)|already exists|has no column named|vtable constructor failed|malformed|fts5 file"
)
ADVICE = {
    "SQLITE_BUSY": "Another program has been using it all the time. Try again, or end that program.",
    "SQLITE_READONLY": "It may only be read. Allow writing to the file and to its folder.",
    "SQLITE_CANTOPEN": "Does its folder exist, and may this program write there?",
    "SQLITE_FULL": "The disk is full. Make room and try again.",
    "SQLITE_IOERR": "The disk did not do what it was asked to. Is it full, or on a network that failed?",
}
MENDING = (
    "It was left as it is. Put a backup in its place, or move it away to begin anew; "
    "`sqlite3 FILE .recover` saves what can still be read."
)


class Database:
    """The tables of chat_memory in a database, created or upgraded when it is opened."""

    def __init__(self, url: str | PathLike[str]) -> None:
        """Open a database: a SQLAlchemy URL ("sqlite:///chats.db", "postgresql://user@host/name") or the path of a file.

        Raises ValueError for a URL that is none, DamagedStore for a damaged file, NewerStore for one that a newer
        version has written, and StoreError for all else; then nothing has been changed.
        """
        self.url = _url(url)
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite" and os.path.isdir(self.url.database):
            raise StoreError(f"{self} is a folder. Name a file in it, such as {Path(self.url.database, 'chats.db')}.")
        self._engine = _sqlite(self.url) if self.dialect == "sqlite" else _postgresql(self.url)
        self._reading = self._engine
        if self.dialect == "postgresql":  # all queries of one transaction see the same moment, as on SQLite
            self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._writing = self._engine.execution_options(writes=True)
        self._prepare()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection to read with; all that is read is of one moment."""
        with self._explained(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A connection to write with: all that is written is there at the end, or nothing where anything is raised."""
        with self._explained(), self._writing.begin() as connection:
            yield connection

    def write_anew(self) -> None:
        """Write a SQLite file anew, some seconds where it is large, so that no byte of what was deleted is left in it.

        (Deleted rows are overwritten in any case, but not the copies that stay behind where a full page was split.)
        """
        if self.dialect != "sqlite":
            return
        try:
            with self.reading() as connection:
                connection.exec_driver_sql("COMMIT")  # VACUUM is a transaction of its own
                connection.exec_driver_sql("VACUUM")
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()[0]
                if busy:  # where another program has set WAL mode, what was deleted is in the file beside it, too
                    raise StoreError(f"{self} is being used by another program.")
        except StoreError as error:
            raise StoreError(
                "It is deleted, but the file could not be written anew, and may have bytes of it left. "
                f"`store.database.write_anew()` tries again. {error}"
            ) from None

    def check(self) -> None:
        """Read a SQLite file from end to end, which takes seconds where it is large. Raises DamagedStore."""
        if self.dialect == "sqlite":
            with self.reading() as connection:
                found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
            if found != "ok":
                raise DamagedStore(f"{self} is damaged ({found}). {MENDING}")

    def close(self) -> None:
        """Close what is open."""
        self._engine.dispose()

    def __str__(self) -> str:
        """The file, or the URL without its password."""
        return self.url.database if self.dialect == "sqlite" else self.url.render_as_string(hide_password=True)

    def _prepare(self) -> None:
        with self.reading() as connection:
            found = schema.version_of(connection)
            if self.dialect == "sqlite":
                self._check_size(connection)
        if found > schema.VERSION:
            raise NewerStore(
                f"{self} was written by a newer version of chat_memory: its tables have version {found}, and this one "
                f"knows them up to version {schema.VERSION}. Update chat_memory. Nothing was changed."
            )
        if found < schema.VERSION:
            with self.writing() as connection:
                schema.upgrade(connection)

    def _check_size(self, connection: sa.Connection) -> None:
        """Look for a cut in the last page, which SQLite takes for zeros. (It finds by itself where whole pages lack.)"""
        page_size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        path = connection.exec_driver_sql("PRAGMA database_list").first()[2]  # main
        if os.path.getsize(path) % page_size:
            raise DamagedStore(f"{self} is damaged: a part of its last page is missing. {MENDING}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors of the driver as StoreErrors: without the SQL, and without what was to be written."""
        try:
            yield
        except DBAPIError as error:
            raise self._explanation(error.orig) from None
        except InvalidRequestError as error:  # such as two rows where there can be one
            raise DamagedStore(f"{self} is damaged ({error}). {MENDING}") from None

    def _explanation(self, cause: BaseException) -> StoreError:
        kind = "_".join(getattr(cause, "sqlite_errorname", "").split("_")[:2])
        if "decode to UTF-8" in str(cause):  # SQLite's words go on with the text itself
            return DamagedStore(f"{self} is damaged: a text in it cannot be read. {MENDING}")
        if kind in DAMAGED:
            return DamagedStore(f"{self} is no database, or a damaged one ({cause}). {MENDING}")
        if kind == "SQLITE_ERROR" and MISSING.search(str(cause)):
            return DamagedStore(f"{self} is damaged, or its tables are not ours ({cause}). {MENDING}")
        said = getattr(getattr(cause, "diag", None), "message_primary", None) or str(cause)  # without the row itself
        return StoreError(f"{self} could not be used: {said.strip()}. {ADVICE.get(kind, '')}".strip())


def _url(url: str | PathLike[str]) -> sa.URL:
    text = fspath(url)
    try:
        made = sa.make_url(text) if "://" in text else sa.URL.create("sqlite", database=text)
    except (ArgumentError, ValueError):
        raise ValueError("The database's URL cannot be read. Write for example sqlite:///chats.db.") from None
    if made.get_backend_name() in ("postgres", "postgresql"):
        return made.set(drivername="postgresql+psycopg")
    if made.get_backend_name() != "sqlite":
        raise ValueError(f"A store is on SQLite or PostgreSQL, not on {made.get_backend_name()}.")
    if made.host:
        raise ValueError("A SQLite URL has three slashes before the file: sqlite:///chats.db.")
    if not made.database or ":memory:" in made.database or made.query.get("mode") == "memory":
        raise ValueError("A store in memory ends with the program. Name a file: sqlite:///chats.db.")
    return made.set(drivername="sqlite")


def _postgresql(url: sa.URL) -> sa.Engine:
    """An engine that keeps connections open. A forked program leaves them to the one it comes from, and makes its own."""
    engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"client_encoding": "utf8"})
    # Before SQLAlchemy asks it anything: of a database in SQL_ASCII, psycopg returns bytes.
    sa.event.listen(engine, "connect", partial(_check_encoding, url), insert=True)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=partial(_leave_connections, weakref.ref(engine)))
    return engine


def _check_encoding(url: sa.URL, connection: Any, _: Any) -> None:
    """Refuse a database that cannot keep every text, such as one that an old server or a C locale has made."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        raise StoreError(
            f"{url.render_as_string(hide_password=True)} has the encoding {encoding}, in which not every text can be kept. "
            "Nothing was changed. Use a database in UTF8: CREATE DATABASE chats ENCODING 'UTF8' TEMPLATE template0; "
            "(pg_dump and psql take over what there is in this one)."
        )


def _leave_connections(engine: weakref.ref[sa.Engine]) -> None:
    if (mine := engine()) is not None:
        mine.dispose(close=False)


def _sqlite(url: sa.URL) -> sa.Engine:
    """An engine that opens the file for each transaction: nothing is left open between two, over a fork or at the end."""
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin and end where we say so
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")  # a writer never has to give up half-way

    return engine


def checked_id(what: str, id: Any) -> str:
    """Return an id if it can be one: text of 1 to 200 characters, compared letter by letter; raise if not."""
    if not isinstance(id, str):
        raise TypeError(f"{what} is text, not {type(id).__name__}.")
    if not 0 < len(id) <= LONGEST_ID:
        raise ValueError(f"{what} has 1 to {LONGEST_ID} characters, not {len(id):,}.")
    return checked_plain(what, id)
