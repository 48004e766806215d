"""Conversations in a database by their ids: opened, listed, deleted."""

from collections.abc import Callable
from functools import partial
from os import PathLike
from typing import Self

import sqlalchemy as sa

from ..errors import DamagedStore
from ..replies.threads import in_a_thread
from .conversation import Conversation
from .database import MENDING, Database, checked_id
from .hooks import cleaning
from .schema import conversations


class ConversationStore:
    """Conversations by id, in a SQLite file or a PostgreSQL database. Programs and threads can share it.

    What is saved stays: a program that is killed loses at most the turn that was not complete. A turn is one
    transaction, and the file is always a whole database.
    """

    def __init__(self, url: str | PathLike[str], *, clean: Callable[[str], str] = lambda text: text) -> None:
        """Open a store, and make its tables where there are none: "sqlite:///chats.db" or the path of a file, or
        "postgresql://user:password@host/name" (in the encoding UTF8; in any locale).

        `clean` is given every text before it is written, and returns what is written in its place; where it returns no
        text, TypeError is raised and nothing is saved. It is not given what a request could not be sent without: roles,
        types, the ids and names of tool calls, the models' names, the names of fields, and pictures, sounds and files in
        base64. Raises ValueError for a URL that is none, DamagedStore, NewerStore or StoreError; a file that cannot be
        used is never overwritten.
        """
        self.clean = cleaning(clean)
        self.database = Database(url)

    def open(self, id: str) -> Conversation:
        """The conversation with this id, which need not exist yet: any text of 1 to 200 characters."""
        return Conversation(self.database, checked_id("A conversation's id", id), self.clean)

    def ids(self) -> list[str]:
        """The ids of all conversations, the one that was last added to first."""
        newest_first = sa.select(conversations.c.id).order_by(
            conversations.c.changed_at.desc(), conversations.c.number.desc()
        )
        with self.database.reading() as connection:
            found = list(connection.execute(newest_first).scalars())
        if not all(isinstance(id, str) for id in found):
            raise DamagedStore(f"{self.database} is damaged: a conversation's id in it is no text. {MENDING}")
        return found

    def delete(self, *ids: str) -> None:
        """Delete conversations with all their messages: all of them, or LookupError where there is no such one.

        In a SQLite file not a byte of them is left: it is written anew for that, some seconds where it is large. On
        PostgreSQL no query finds them, and the server overwrites its files in time. Backups are not touched.
        """
        with self.database.writing() as connection:
            for id in ids:
                this = conversations.c.id == checked_id("A conversation's id", id)
                if not connection.execute(sa.delete(conversations).where(this)).rowcount:
                    raise LookupError(f"There is no conversation {id!r:.60} in {self.database}.")
        self.database.write_anew()

    async def ids_async(self) -> list[str]:
        """The same as `ids` in an event loop, whose other tasks go on: a thread waits for the database."""
        return await in_a_thread(self.ids)

    async def delete_async(self, *ids: str) -> None:
        """The same as `delete`. Where the task is cancelled meanwhile, it waits."""
        await in_a_thread(partial(self.delete, *ids), to_its_end=True)

    def check(self) -> None:
        """Read the whole file for damage, which takes seconds where it is large. Raises DamagedStore."""
        self.database.check()

    def close(self) -> None:
        """Close what is open. A store can also be used in a `with` statement."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
