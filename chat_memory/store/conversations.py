"""Conversations on a database: one row a message, whole turns, and a clear word when somebody else was quicker."""

import json
import re
import reprlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from os import PathLike
from typing import Any, NamedTuple, Self

import sqlalchemy as sa

from ..errors import ConflictError, DamagedStore, whole_number
from ..messages import Message, MessageLike
from ..turns import role_of
from ..unsendable import HALF, all_whole
from .database import MENDING, Database, checked_id
from .hooks import cleaning
from .schema import conversations, messages

ADD = sa.text(
    "INSERT INTO chat_conversations (id, settings, summary, folded, turns, changed_at) "
    "VALUES (:id, :settings, :summary, 0, 0, '') ON CONFLICT DO NOTHING"
)
NEW = {"settings": "{}", "summary": '""'}
SETTINGS = {"system": str, "model": str | None, "max_tokens": int, "keep_recent": int}  # those of ChatMemory
SETTINGS |= {"reply_tokens": int | None, "summary_tokens": int | None, "part_tokens": int | None}
STRUCTURE = re.compile("[a-z_]{1,30}")  # how a role or a type is written: nobody's words, and not to be changed
ID = re.compile(
    "(?=.*[A-Za-z])[A-Za-z0-9_-]{1,64}"
)  # how a server names a call and a tool: a result has to say the same
CALLS = ("tool_calls",)
NAMES_OF_CALLS = {("tool_calls", "id"), ("function", "name"), ("custom", "name"), ("function_call", "name")}
DEEPEST = 100  # lists and dicts within each other: all that reads a message again goes down into it
LARGEST = 2**31 - 1  # of a number in the tables


class Position(NamedTuple):
    """How far a conversation is: which one it is, and its turns. (0, 0) before the first one is saved."""

    number: int  # never given twice: a conversation that is deleted and begun anew is another one
    turns: int


class Saved(NamedTuple):
    """What a conversation goes on from: `recent` are the turns that the summary does not stand for."""

    settings: dict[str, Any]
    summary: str
    folded: int  # turns
    recent: list[list[Message]]
    position: Position


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
        types, the ids and names of tool calls, the model's name, and the names of fields. Raises ValueError for a URL
        that is none, DamagedStore, NewerStore or StoreError; a file that cannot be used is never overwritten.
        """
        self.clean = cleaning(clean)
        self.database = Database(url)

    def open(self, id: str) -> "Conversation":
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


class Conversation:
    """One conversation in a store. It keeps nothing in memory: each method asks the database."""

    def __init__(self, database: Database, id: str, clean: Callable[[str], str]) -> None:
        self.id = id
        self._database, self._clean = database, clean

    def messages(self) -> list[Message]:
        """All that was ever said, in order, also what a summary stands for by now. Empty where nothing was saved."""
        with self._database.reading() as connection:
            row = self._row(connection)
            turns = self._turns(connection, row, first=0) if row else []
        return [message for turn in turns for message in turn]

    def load(self) -> Saved | None:
        """What to go on from: the settings, the summary, and the turns after it. None where nothing was saved.

        All of it can be sent: where half an emoji was saved, U+FFFD stands for it here (`messages` has it as it was).
        Raises DamagedStore where something of it is missing or cannot be read.
        """
        with self._database.reading() as connection:
            row = self._row(connection)
            if row is None:
                return None
            recent = self._turns(connection, row, first=row.folded)
        return Saved(
            settings=all_whole(self._settings(row.settings)),
            summary=all_whole(self._read(row.summary, str, "its summary")),
            folded=row.folded,
            recent=all_whole(recent),
            position=Position(row.number, row.turns),
        )

    def append(
        self,
        turn: Iterable[MessageLike],
        *,
        after: tuple[int, int] | None = None,
        settings: dict[str, Any] | None = None,
        summary: str | None = None,
        folded: int | None = None,
    ) -> Position:
        """Save a turn, all of it or nothing; with it the settings, the summary and how many turns that stands for.

        `after` is the position that the caller knows: where the conversation is at another one by now, ConflictError is
        raised and nothing saved. Without it the turn is added to whatever there is. Returns the new position.

        Raises TypeError or ValueError for what is no message, for a message that would not come back as it is, for what
        is no position, and for more `folded` turns than there are; and StoreError.
        """
        known = None if after is None else _position(after)
        bodies = [self._body(message, place) for place, message in enumerate(turn)]
        if not bodies:
            raise ValueError("A turn has at least one message.")
        values = {"settings": settings, "summary": summary}
        _check(**values)  # what `load` would not take
        given: dict[str, Any] = {
            name: self._written(value, name) for name, value in values.items() if value is not None
        }
        if folded is not None:
            given["folded"] = min(whole_number("folded", folded, least=0), LARGEST)
        with self._database.writing() as connection:
            position = self._one_more(connection, known, given)
            if folded is not None and folded > position.turns:
                raise ValueError(f"folded is {folded:,}, but the conversation has {position.turns:,} turns.")
            place = {"conversation": position.number, "turn": position.turns - 1}
            connection.execute(
                sa.insert(messages), [place | {"place": n, "body": body} for n, body in enumerate(bodies)]
            )
        return position

    def _one_more(self, connection: sa.Connection, after: tuple[int, int] | None, values: dict[str, Any]) -> Position:
        """Count a new turn."""
        number, turns = after or (None, None)
        if not number:
            connection.execute(ADD, NEW | {"id": self.id})
        this = conversations.c.id == self.id
        known = this if turns is None else this & (conversations.c.turns == turns)
        known = known & (conversations.c.number == number) if number else known
        counted = (
            sa.update(conversations)
            .where(known)
            .values(turns=conversations.c.turns + 1, changed_at=datetime.now(UTC).isoformat(), **values)
        )
        row = connection.execute(counted.returning(conversations.c.number, conversations.c.turns)).one_or_none()
        if row is None:
            raise self._conflict(connection.execute(sa.select(conversations).where(this)).one_or_none(), number, turns)
        return Position(*row)

    def _conflict(self, found: Any, number: int | None, turns: int | None) -> ConflictError:
        if found is None or (number and found.number != number):
            now = "the one that this program knows has been deleted"
        else:
            now = f"it has {found.turns:,} turn{'s' * (found.turns != 1)} by now, and this program knows {turns:,}"
        return ConflictError(
            f"The conversation {self.id!r:.60} has been changed, by another program or by a call that was interrupted: "
            f"{now}. This turn was not saved; resume the conversation and ask again."
        )

    def _row(self, connection: sa.Connection) -> sa.Row[Any] | None:
        """The row of this conversation, with numbers that can be; None where nothing was saved."""
        row = connection.execute(sa.select(conversations).where(conversations.c.id == self.id)).one_or_none()
        if row is None and connection.dialect.name == "sqlite":  # a damaged index would let it begin anew in silence
            not_by_index = sa.select(conversations.c.turns).where(conversations.c.id.concat("") == self.id)
            if connection.execute(not_by_index).first():
                raise self._damaged("the index of conversations has lost it")
        if row and not (type(row.turns) is type(row.folded) is int and 0 <= row.folded <= row.turns):
            raise self._damaged("its numbers cannot be")
        return row

    def _turns(self, connection: sa.Connection, row: sa.Row[Any], first: int) -> list[list[Message]]:
        """The turns from `first` on, all of them. Raises DamagedStore where one is missing or cannot be read."""
        which = (messages.c.conversation == row.number) & (messages.c.turn >= first)
        in_order = sa.select(messages.c.turn, messages.c.body).where(which).order_by(messages.c.turn, messages.c.place)
        turns: dict[int, list[Message]] = {}
        for turn, body in connection.execute(in_order):
            if type(turn) is not int:  # SQLite keeps whatever is written
                raise self._damaged("one of its turns has no number")
            message = self._read(body, dict, f"turn {turn + 1}")
            if not isinstance(message.get("role"), str):
                raise self._damaged(f"turn {turn + 1} cannot be read")
            turns.setdefault(turn, []).append(message)
        missing = next((turn for turn, found in enumerate(turns, first) if turn != found), first + len(turns))
        if missing != row.turns:
            raise self._damaged(f"turn {min(missing, row.turns) + 1:,} of its {row.turns:,} turns is not there")
        return list(turns.values())

    def _read(self, text: Any, kind: type, what: str) -> Any:
        """A text as the JSON value that it holds, which is of a kind. Raises DamagedStore."""
        try:
            value = json.loads(text)
        except (TypeError, ValueError, RecursionError):
            value = None
        if not isinstance(value, kind):
            raise self._damaged(f"{what} cannot be read")
        return value

    def _settings(self, text: Any) -> dict[str, Any]:
        settings: dict[str, Any] = self._read(text, dict, "its settings")
        if name := _unusable(settings):
            raise self._damaged(f"{name} in its settings is {settings[name]!r:.60}")
        return settings

    def _damaged(self, problem: str) -> DamagedStore:
        return DamagedStore(
            f"The conversation {self.id!r:.60} in {self._database} is damaged: {problem}. It was left as it is. "
            "Put a backup of the database in its place, or delete this conversation."
        )

    def _body(self, message: MessageLike, place: int) -> str:
        role_of(message, place)
        return self._written(message, f"messages[{place}]")

    def _written(self, value: Any, what: str) -> str:
        """A message, the settings or a summary as JSON. Raises TypeError where the same would not come back."""
        try:
            text = _as_json(value)
            same = json.loads(text) == value and not _is_deep(value)
        except (TypeError, ValueError, RecursionError):
            same = False
        if not same:
            raise TypeError(
                f"{what} cannot be saved so that it comes back as it is: it may hold text, numbers, True, False, None, "
                f"lists, and dicts with text as keys, at most {DEEPEST} within each other. Got {_shown(value)}."
            )
        cleaned = self._cleaned(value)
        if isinstance(value, dict) and isinstance(value.get(name := _structural_name(value, what)), str):
            cleaned[name] = value[name]
        return text if cleaned == value else _as_json(cleaned)

    def _cleaned(self, value: Any, key: str = "", within: str = "") -> Any:
        if isinstance(value, str):
            return value if _is_structure(value, key, within) else self._clean(value)
        if isinstance(value, dict):
            return {name: self._cleaned(inner, name, key) for name, inner in value.items()}
        return (
            [self._cleaned(inner, key if key in CALLS else "") for inner in value] if isinstance(value, list) else value
        )


def _is_structure(text: str, key: str, within: str) -> bool:
    """Whether a text is nobody's words, but what a request is made of. `within` is the key of what it stands in."""
    if key in ("role", "type"):
        return bool(STRUCTURE.fullmatch(text))
    of_call = key == "tool_call_id" or (within, key) in NAMES_OF_CALLS
    return of_call and bool(ID.fullmatch(text))


def _structural_name(value: dict[str, Any], what: str) -> str:
    """The field of the settings, or of a message, that a request could not be sent without as it is."""
    return "model" if what == "settings" else "name" if value.get("role") == "function" else ""


def _unusable(settings: dict[str, Any]) -> str | None:
    """The first of the settings that is not what `SETTINGS` says, if there is one."""
    names = (name for name in SETTINGS if name in settings)
    return next((n for n in names if not isinstance(settings[n], SETTINGS[n]) or isinstance(settings[n], bool)), None)


def _check(settings: Any, summary: Any) -> None:
    """Raises TypeError for settings or a summary that could not be read again."""
    for what, value, kind in (("settings", settings, dict), ("summary", summary, str)):
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{what} must be {kind.__name__}, got {value!r:.60}.")
    if settings and (name := _unusable(settings)):
        raise TypeError(f"{name} in settings cannot be {settings[name]!r:.60}. Nothing was saved.")


def _position(after: Any) -> Position:
    """What the caller knows, as a Position. Raises TypeError or ValueError."""
    if not isinstance(after, (tuple, list)) or len(after) != 2:
        raise TypeError(f"after is the Position that append or load has returned, or None, got {after!r:.60}.")
    return Position(*(min(whole_number("after", number, least=0), LARGEST) for number in after))


def _is_deep(value: Any) -> bool:
    layer = [value]
    for _ in range(DEEPEST):
        inner = [
            list(each.values()) if isinstance(each, dict) else each for each in layer if isinstance(each, (dict, list))
        ]
        if not (layer := [each for values in inner for each in values]):
            return False
    return any(isinstance(each, (dict, list)) for each in layer)


def _shown(value: Any) -> str:
    try:
        return reprlib.repr(value)
    except ValueError:  # a number of so many digits that Python does not write them
        return f"a {type(value).__name__} with a number that is too long"


def _as_json(value: Any) -> str:
    """JSON in which all letters are as they are, but halves of an emoji, which no database takes."""
    return HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", json.dumps(value, ensure_ascii=False))
