"""A database behind a URL: SQLite or PostgreSQL, whole transactions, and errors that say what to do."""

import os
import re
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError
from sqlalchemy.pool import NullPool

from ..errors import DamagedStore, NewerStore, StoreError
from ..unsendable import checked_plain
from . import schema

BUSY_SECONDS = 30  # to wait while another program writes to the same SQLite file
LONGEST_ID = 200  # characters
DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CONSTRAINT"}
MISSING = re.compile(
    "no such (?:table|column|index|trigger)|already exists|has no column named|vtable constructor failed|malformed|fts5 file"
)
ADVICE = {
    "SQLITE_BUSY": "Another program has been using it all the time. Try again, or end that program.",
    "SQLITE_READONLY": "It may only be read. Allow writing to the file and to its folder.",
    "SQLITE_CANTOPEN": "Does its folder exist, and may this program write there?",
    "SQLITE_FULL": "The disk is full. Make room and try again.",
    "SQLITE_IOERR": "The disk did not do what it was asked to. Is it full, or on a network that failed?",
}
SERVER_ADVICE = {  # by SQLSTATE, or its first two characters; "" where no server was reached
    "": "Does the server run, and does the URL have the right host, port, user and password?",
    "08": "The connection broke. Try again; read first what is there if it was to be saved.",
    "22": "A value is not one that this database takes.",
    "25006": "It may only be read here. Use the primary server, or a user and a session that may write.",
    "25P03": "It waited too long within a transaction, and the server ended it. Nothing was saved; try again.",
    "28": "Does the URL have the right user and password, and does the server let this user in (pg_hba.conf)?",
    "3D000": "Create it: CREATE DATABASE chats ENCODING 'UTF8' TEMPLATE template0;",
    "3F000": "Does the search_path name a schema that exists? CREATE SCHEMA makes one.",
    "40": "Another program was in the way. Nothing was saved; try again.",
    "42501": "This user lacks a right. GRANT SELECT, INSERT, UPDATE, DELETE ON its tables TO this user (and CREATE ON its "
    "schema, to make or upgrade the tables).",
    "42": "Its tables are not ours, or not all there: does the search_path lead to another schema? Put a backup in their "
    "place, or use another database.",
    "53100": "The server's disk is full. Make room and try again.",
    "53": "The server lacks memory or connections. Try again later, or raise its limits.",
    "54": "It is more than the server can keep in one row. Save less at once.",
    "55P03": "Another program has held a lock all the time. Try again, or end that program.",
    "57014": "It took longer than the server's statement_timeout. Try again, or raise that.",
    "57": "The server ended the connection. Try again; read first what is there if it was to be saved.",
    "XX": "The server's own files may be damaged: look into its log, and put a backup in its place.",
}
_HALF_A_URL = re.compile(r"(?:sqlite|postgres(?:ql)?)(?:\+\w+)?:(?!//)")
UNREACHED = {
    'role "': "28",
    "does not exist": "3D000",
    "authentication": "28",
    "pg_hba": "28",
    "closed": "08",
    "lost": "08",
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
        if self.dialect == "sqlite" and os.path.isdir(str(self)):
            raise StoreError(f"{self} is a folder. Name a file in it, such as {Path(str(self), 'chats.db')}.")
        self._engine = _sqlite(self.url) if self.dialect == "sqlite" else _postgresql(self.url)
        self._reading = self._engine
        if self.dialect == "postgresql":  # all queries of one transaction see the same moment, as on SQLite
            self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._writing = self._engine.execution_options(writes=True)
        self._one_writer = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=partial(_let_write, weakref.ref(self)))
        self._prepare()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection to read with; all that is read is of one moment."""
        with self._explained(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A connection to write with: all that is written is there at the end, or nothing where anything is raised."""
        with self._explained(), self._alone(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread at a time writes to a SQLite file: who waits here is woken at once, and SQLite would look now and then.

        (Another program's writing is waited for by SQLite.)
        """
        waited = self.dialect == "sqlite" and self._one_writer.acquire(timeout=BUSY_SECONDS)
        try:
            yield
        finally:
            if waited:
                self._one_writer.release()

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
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
                if busy:  # where another program has set WAL mode, what was deleted is in the file beside it, too
                    raise StoreError(f"{self} is being used by another program.")
        except StoreError as error:
            raise StoreError(
                "It is deleted, but the file could not be written anew, and may have bytes of it left. "
                f"`store.database.write_anew()` tries again. {error}"
            ) from None

    def check(self) -> None:
        """Read a SQLite file from end to end, which takes seconds where it is large. Raises DamagedStore.

        Where the file may only be read, the index of the facts' words is not compared with the facts.
        """
        if self.dialect != "sqlite":
            return
        with self.reading() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
            if found != "ok":
                raise DamagedStore(f"{self} is damaged ({found}). {MENDING}")
            try:
                connection.exec_driver_sql(schema.CHECK_FULL_TEXT)
            except DBAPIError as error:
                if not getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_READONLY"):
                    raise

    def close(self) -> None:
        """Close what is open."""
        self._engine.dispose()

    def __str__(self) -> str:
        """The file, or the URL without its password."""
        return str(self.url.database) if self.dialect == "sqlite" else _shown(self.url)

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
        path = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]  # main
        if not os.path.isfile(path):  # another VFS than that of files
            raise ValueError(f"{self} is no file, and ends with the program. Name a file: sqlite:///chats.db.")
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

    def _explanation(self, cause: BaseException | None) -> StoreError:
        kind = "_".join(getattr(cause, "sqlite_errorname", "").split("_")[:2])
        if "decode to UTF-8" in str(cause):  # SQLite's words go on with the text itself
            return DamagedStore(f"{self} is damaged: a text in it cannot be read. {MENDING}")
        if kind in DAMAGED:
            return DamagedStore(f"{self} is no database, or a damaged one ({cause}). {MENDING}")
        if kind == "SQLITE_ERROR" and MISSING.search(str(cause)):
            return DamagedStore(f"{self} is damaged, or its tables are not ours ({cause}). {MENDING}")
        said = getattr(getattr(cause, "diag", None), "message_primary", None) or str(cause)  # without the row itself
        said = " ".join(said.split()).rstrip(".")
        return StoreError(f"{self} could not be used: {said}. {ADVICE.get(kind) or self._server_advice(cause)}".strip())

    def _server_advice(self, cause: BaseException | None) -> str:
        if self.dialect == "sqlite":
            return "Is it a database that chat_memory has made? Try again, or look at it with `sqlite3`."
        state = getattr(cause, "sqlstate", None) or ""
        if not state:  # an error at connecting has its reason in words alone, or there is no connection any more
            state = next((code for words, code in UNREACHED.items() if words in str(cause)), "")
        return SERVER_ADVICE.get(state) or SERVER_ADVICE.get(state[:2], "Look into the server's log, and try again.")


def _shown(url: sa.URL) -> str:
    """The URL without its password, which may stand behind its "?" as well."""
    hidden = {name: "***" if "pass" in name else value for name, value in url.query.items()}
    return url.set(query=hidden).render_as_string(hide_password=True)


def _url(url: str | PathLike[str]) -> sa.URL:
    text = fspath(url) if isinstance(url, (str, PathLike)) else None
    if not isinstance(text, str):
        raise TypeError(f"A store is named by a URL or the path of a file, both text, not by {type(url).__name__}.")
    if isinstance(url, str) and _HALF_A_URL.match(text):
        raise ValueError(f"{text[:20]!r}… is no URL. Write sqlite:///chats.db, with three slashes before the file.")
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
    if "://" in text and text.partition("?")[2] and not made.query:
        raise ValueError("In a URL, write a ? of a file's name as %3F, or give the path of the file in place of a URL.")
    if not made.database or ":memory:" in made.database or made.query.get("mode") == "memory":
        raise ValueError("A store in memory ends with the program. Name a file: sqlite:///chats.db.")
    return made.set(drivername="sqlite")


def _postgresql(url: sa.URL) -> sa.Engine:
    """An engine that keeps connections open. A forked program leaves them to the one it comes from, and makes its own."""
    if find_spec("psycopg") is None:
        raise ImportError('A store on PostgreSQL needs the package psycopg: pip install "psycopg[binary]"')
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
            f"{_shown(url)} has the encoding {encoding}, in which not every text can be kept. "
            "Nothing was changed. Use a database in UTF8: CREATE DATABASE chats ENCODING 'UTF8' TEMPLATE template0; "
            "(pg_dump and psql take over what there is in this one)."
        )


def _leave_connections(engine: weakref.ref[sa.Engine]) -> None:
    if (mine := engine()) is not None:
        mine.dispose(close=False)


def _let_write(database: weakref.ref[Database]) -> None:
    """In a forked program no thread writes, whichever did in the one that it comes from."""
    if (mine := database()) is not None:
        mine._one_writer = threading.Lock()


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
