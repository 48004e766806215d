"""One conversation on a database: one row a message, whole turns, and a clear word when somebody else was quicker."""

import json
from collections.abc import Callable, Iterable
from datetime import date, tzinfo
from functools import partial
from itertools import chain
from typing import Any

import sqlalchemy as sa

from ..errors import ConflictError, DamagedStore, StoreError, whole_number
from ..messages import Message, MessageLike
from ..replies.threads import in_a_thread
from ..search import Found, find_messages, find_turns
from ..texts import DEFAULT_MODEL, Count
from ..tokens import PartTokens
from ..unsendable import all_whole
from . import summaries, times
from .database import Database
from .schema import conversations, messages
from .states import LARGEST, History, Position, Saved, TakenBack, checked_position, position_of
from .written import body, check_readable, unusable, written

ADD = sa.text(
    "INSERT INTO chat_conversations (id, settings, summary, folded, turns, changed_at) "
    "VALUES (:id, :settings, :summary, 0, 0, '') ON CONFLICT DO NOTHING"
)
NEW = {"settings": "{}", "summary": '""'}


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
            return self._saved(connection, row) if row else None

    def history(self, *, after: Iterable[int] | None = None) -> History | None:
        """All that is saved, for another conversation to `begin` with. None where nothing was saved.

        Raises ConflictError where the conversation is not at the position `after`, and DamagedStore.
        """
        known = checked_position(after)
        with self._database.reading() as connection:
            row = self._row(connection)
            self._check_at(row, known, "Nothing was read")
            if row is None:
                return None
            turns = self._turns(connection, row, first=0)
            said_at = times.of_turns(connection, row.number)
            found = summaries.earlier(connection, row.number)
        earlier = [(n, self._read(text, str, "a summary of before"), folded) for n, text, folded in found]
        summary = self._read(row.summary, str, "its summary")
        return History(turns, self._settings(row.settings), summary, row.folded, earlier, said_at)

    def append(
        self,
        turn: Iterable[MessageLike],
        *,
        after: Iterable[int] | None = None,
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
        known = checked_position(after)
        bodies = self._bodies(turn)
        given = self._given(settings, summary, folded)
        with self._database.writing() as connection:
            position = self._one_more(connection, known, given)
            if folded is not None and folded > position.turns:
                raise _too_many_folded(folded, position.turns)
            self._insert(connection, position.number, {(at := position.turns - 1): bodies}, {at: times.now()})
        return position

    def take_back(
        self, *, after: Iterable[int] | None = None, check: Callable[[TakenBack], Any] | None = None
    ) -> TakenBack:
        """Delete the newest turn. Where the summary was made with that turn, the one of before is there again.

        So it goes back to the first turn, in one transaction each: all of it or nothing. `after` is the position that the
        caller knows, as for `append`; a program that still knows the turn gets a ConflictError with its next one. `check`
        is called with what will be returned, before it is final: where it raises an error, nothing is deleted.

        The bytes of the turn are overwritten in a SQLite file, at once, but for copies that stay behind where a page was
        full; `store.database.write_anew()`, which takes some seconds where the file is large, overwrites these too, and so
        does the next `delete`. On PostgreSQL no query finds them, and the server overwrites its files in time.

        Raises LookupError where there is no turn, ConflictError, DamagedStore where the turn cannot be read, and
        StoreError where an older version of chat_memory has saved a summary that stands for this turn: it did not keep
        the one of before.
        """
        known = checked_position(after)
        with self._database.writing() as connection:
            row = self._row(connection, locked=True)
            self._check_at(row, known, "Nothing was taken back; resume the conversation")
            if row is None or not row.turns:
                raise LookupError(f"The conversation {self.id!r:.60} has no turn that could be taken back.")
            left = row.turns - 1
            before = summaries.before(connection, row.number, left) or (row.summary, row.folded)
            if before[1] > left:
                raise self._not_kept(row.turns)
            [turn] = self._turns(connection, row, first=left)
            summaries.forget(connection, row.number, left)
            connection.execute(sa.delete(messages).where(_turns_from(row.number, left)))
            this = sa.update(conversations).where(conversations.c.number == row.number)
            values = {"turns": left, "taken_back": row.taken_back + 1, "summary": before[0], "folded": before[1]}
            now = connection.execute(this.values(values).returning(*conversations.c)).one()
            taken = TakenBack(turn, self._saved(connection, now))
            if check is not None:
                check(taken)
        return taken

    def begin(
        self,
        turns: Iterable[Iterable[MessageLike]],
        *,
        settings: dict[str, Any] | None = None,
        summary: str = "",
        folded: int = 0,
        earlier: Iterable[tuple[int, str, int]] = (),
        said_at: Iterable[str | None] = (),
    ) -> Position:
        """Save a whole history in this conversation, which must be empty: all of it or nothing. Returns the position.

        It is what `history` has given, of whatever conversation: `other.begin(**conversation.history()._asdict())` makes
        one that branches off and shares nothing. `said_at` holds the time of each turn, with its zone, in ISO 8601. Raises
        ConflictError where there are turns already, and what `append` raises.
        """
        bodies = [self._bodies(turn) for turn in turns]
        given = NEW | self._given(settings, summary, folded) | {"turns": len(bodies), "changed_at": times.now()}
        if given["folded"] > len(bodies):
            raise _too_many_folded(folded, len(bodies))
        rows = [
            {"turns": whole_number("earlier", n, least=0), "folded": whole_number("earlier", of, least=0)}
            | {"summary": written(text, "a summary in earlier", self._clean)}
            for n, text, of in earlier
        ]
        at = times.checked(said_at, len(bodies))
        with self._database.writing() as connection:
            connection.execute(ADD, NEW | {"id": self.id})
            empty = (conversations.c.id == self.id) & (conversations.c.turns == 0)
            begun = sa.update(conversations).where(empty).values(given).returning(*conversations.c)
            if (row := connection.execute(begun).one_or_none()) is None:
                raise ConflictError(
                    f"The conversation {self.id!r:.60} is not empty. It was left as it is, and nothing was saved: begin "
                    "one with another id, or delete this one first."
                )
            self._insert(connection, row.number, dict(enumerate(bodies)), dict(enumerate(at)))
            summaries.insert(connection, row.number, rows)
            return position_of(row)

    def find(
        self,
        question: str,
        max_tokens: int = 500,
        *,
        today: date | None = None,
        zone: tzinfo | None = None,
        model: str | None = None,
        count: Count | None = None,
        part_tokens: PartTokens | None = None,
    ) -> list[Found]:
        """The messages that bear on a question, best first, each with its number: at most `max_tokens` tokens together.

        A message is found by words that it shares with the question, and by those of the messages before it: "Sixty
        square metres." by "How large is it?". "What did I say …" prefers the user's messages, "What did you recommend
        …" the model's, and "yesterday", "last week" or "in March", seen from `today`, those that were saved on these days,
        in the user's time `zone`, or else on this computer's calendar; of what an older version has saved, no day is
        known. `chat_memory.search.find_messages` has the rest, and does it with any list of messages. Reads the whole
        conversation, of which [] is found where nothing bears on the question. `model`, `count` and `part_tokens` are
        those of `count_tokens`; the first and the last are those saved with the conversation, unless others are given.
        Raises TypeError, ValueError, DamagedStore.
        """
        said, options = self._told(today, zone, model, part_tokens)
        return find_messages(said, question, max_tokens, count=count, **options)

    def find_turns(
        self,
        question: str,
        max_tokens: int = 500,
        *,
        limit: int | None = None,
        today: date | None = None,
        zone: tzinfo | None = None,
        model: str | None = None,
        count: Count | None = None,
        part_tokens: PartTokens | None = None,
    ) -> list[list[Message]]:
        """The same for whole turns, at most `limit` of them, in their order: they can be sent before the question."""
        said, options = self._told(today, zone, model, part_tokens)
        return find_turns(said, question, max_tokens, limit=limit, count=count, **options)

    async def find_async(self, question: str, max_tokens: int = 500, **options: Any) -> list[Found]:
        """The same as `find` in an event loop, whose other tasks go on: a thread waits for the database."""
        return await in_a_thread(partial(self.find, question, max_tokens, **options))

    async def find_turns_async(self, question: str, max_tokens: int = 500, **options: Any) -> list[list[Message]]:
        """The same as `find_turns` in an event loop, whose other tasks go on: a thread waits for the database."""
        return await in_a_thread(partial(self.find_turns, question, max_tokens, **options))

    async def messages_async(self) -> list[Message]:
        """The same as `messages` in an event loop, whose other tasks go on: a thread waits for the database."""
        return await in_a_thread(self.messages)

    async def load_async(self) -> Saved | None:
        """The same as `load` in an event loop, whose other tasks go on: a thread waits for the database."""
        return await in_a_thread(self.load)

    async def append_async(
        self,
        turn: Iterable[MessageLike],
        *,
        after: Iterable[int] | None = None,
        settings: dict[str, Any] | None = None,
        summary: str | None = None,
        folded: int | None = None,
    ) -> Position:
        """The same as `append`. Where the task is cancelled meanwhile, it waits: the turn may have been saved."""
        state: dict[str, Any] = {"after": after, "settings": settings, "summary": summary, "folded": folded}
        return await in_a_thread(partial(self.append, list(turn), **state), to_its_end=True)

    async def take_back_async(self, *, after: Iterable[int] | None = None) -> TakenBack:
        """The same as `take_back`. Where the task is cancelled meanwhile, it waits: the turn may be gone."""
        return await in_a_thread(partial(self.take_back, after=after), to_its_end=True)

    def _bodies(self, turn: Iterable[MessageLike]) -> list[str]:
        bodies = [body(message, place, self._clean) for place, message in enumerate(turn)]
        if not bodies:
            raise ValueError("A turn has at least one message.")
        return bodies

    def _given(self, settings: Any, summary: Any, folded: Any) -> dict[str, Any]:
        """What is saved beside turns, of what is given, as columns."""
        values = {"settings": settings, "summary": summary}
        check_readable(**values)  # what `load` would not take
        given = {name: written(value, name, self._clean) for name, value in values.items() if value is not None}
        if folded is None:
            return given
        return given | {"folded": min(whole_number("folded", folded, least=0), LARGEST)}

    def _insert(
        self, connection: sa.Connection, number: int, turns: dict[int, list[str]], said_at: dict[int, str | None]
    ) -> None:
        """Write the messages of turns, by their numbers."""
        rows = [
            {"conversation": number, "turn": turn, "place": place, "body": text, "said_at": said_at.get(turn)}
            for turn, bodies in turns.items()
            for place, text in enumerate(bodies)
        ]
        if rows:
            connection.execute(sa.insert(messages), rows)

    def _one_more(self, connection: sa.Connection, after: Position | None, values: dict[str, Any]) -> Position:
        """Count a new turn, and keep the summary that a new one replaces."""
        if not (after and after.number):
            connection.execute(ADD, NEW | {"id": self.id})
        this = conversations.c.id == self.id
        known = this
        if after:
            known &= (conversations.c.turns == after.turns) & (conversations.c.taken_back == after.taken_back)
            known &= (conversations.c.number == after.number) if after.number else sa.true()
        summaries.keep(connection, known, values)
        counted = sa.update(conversations).where(known)
        counted = counted.values(turns=conversations.c.turns + 1, changed_at=times.now(), **values)
        row = connection.execute(counted.returning(*conversations.c)).one_or_none()
        if row is None:
            found = connection.execute(sa.select(conversations).where(this)).one_or_none()
            assert after  # without it, there is a row
            raise self._conflict(found, after, "This turn was not saved; resume the conversation and ask again")
        return position_of(row)

    def _check_at(self, row: Any, known: Position | None, therefore: str) -> None:
        """Raises ConflictError where the caller knows another state of this conversation."""
        if known and (known != position_of(row) if row else known.number):
            raise self._conflict(row, known, therefore)

    def _conflict(self, found: Any, known: Position, therefore: str) -> ConflictError:
        if found is None or (known.number and found.number != known.number):
            now = "the one that this program knows has been deleted"
        elif found.turns == known.turns:
            now = "turns have been taken back that this program knows, and others may stand in their place"
        else:
            now = (
                f"it has {found.turns:,} turn{'s' * (found.turns != 1)} by now, and this program knows {known.turns:,}"
            )
        return ConflictError(
            f"The conversation {self.id!r:.60} has been changed, by another program or by a call that was interrupted: "
            f"{now}. {therefore}."
        )

    def _not_kept(self, turn: int) -> StoreError:
        return StoreError(
            f"Turn {turn:,} of the conversation {self.id!r:.60} cannot be taken back: the summary stands for it, and the one "
            "of before was not kept, as an older version of chat_memory has made this summary. Nothing was changed. "
            "messages() has all that was said: append the turns that are to stay to a new conversation."
        )

    def _saved(self, connection: sa.Connection, row: sa.Row[Any]) -> Saved:
        return Saved(
            settings=all_whole(self._settings(row.settings)),
            summary=all_whole(self._read(row.summary, str, "its summary")),
            folded=row.folded,
            recent=all_whole(self._turns(connection, row, first=row.folded)),
            position=position_of(row),
        )

    def _row(self, connection: sa.Connection, locked: bool = False) -> sa.Row[Any] | None:
        """The row of this conversation, with numbers that can be; None where nothing was saved."""
        query = sa.select(conversations).where(conversations.c.id == self.id)
        row = connection.execute(query.with_for_update() if locked else query).one_or_none()
        if row is None and connection.dialect.name == "sqlite":  # a damaged index would let it begin anew in silence
            not_by_index = sa.select(conversations.c.turns).where(conversations.c.id.concat("") == self.id)
            if connection.execute(not_by_index).first():
                raise self._damaged("the index of conversations has lost it")
        numbers = (row.turns, row.folded, row.taken_back) if row else (0,)
        if not all(type(number) is int and number >= 0 for number in numbers) or (row and row.folded > row.turns):
            raise self._damaged("its numbers cannot be")
        return row

    def _turns(self, connection: sa.Connection, row: sa.Row[Any], first: int) -> list[list[Message]]:
        """The turns from `first` on, all of them. Raises DamagedStore where one is missing or cannot be read."""
        which = sa.select(messages.c.turn, messages.c.body).where(_turns_from(row.number, first))
        in_order = which.order_by(messages.c.turn, messages.c.place)
        turns: dict[int, list[Message]] = {}
        for turn, text in connection.execute(in_order):
            if type(turn) is not int:  # SQLite keeps whatever is written
                raise self._damaged("one of its turns has no number")
            message = self._read(text, dict, f"turn {turn + 1}")
            if not isinstance(message.get("role"), str):
                raise self._damaged(f"turn {turn + 1} cannot be read")
            turns.setdefault(turn, []).append(message)
        missing = next((turn for turn, found in enumerate(turns, first) if turn != found), first + len(turns))
        if missing != row.turns:
            raise self._damaged(f"turn {min(missing, row.turns) + 1:,} of its {row.turns:,} turns is not there")
        return list(turns.values())

    def _told(
        self, today: date | None, zone: tzinfo | None, model: str | None, part_tokens: PartTokens | None
    ) -> tuple[list[Message], dict[str, Any]]:
        """All that was said; and for a search in it, the day of each message, and how messages are counted."""
        now = times.today(zone)
        with self._database.reading() as connection:
            row = self._row(connection)
            turns = all_whole(self._turns(connection, row, first=0)) if row else []
            days = [times.day(time, zone) for time in times.of_turns(connection, row.number)] if row else []
        saved = self._settings(row.settings) if row else {}
        options = {
            "days": [day for turn, day in zip(turns, days, strict=True) for _ in turn],
            "today": now if today is None else today,
            "model": model or saved.get("model") or DEFAULT_MODEL,
            "part_tokens": saved.get("part_tokens") if part_tokens is None else part_tokens,
        }
        return list(chain.from_iterable(turns)), options

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
        if name := unusable(settings):
            raise self._damaged(f"{name} in its settings is {settings[name]!r:.60}")
        return settings

    def _damaged(self, problem: str) -> DamagedStore:
        return DamagedStore(
            f"The conversation {self.id!r:.60} in {self._database} is damaged: {problem}. It was left as it is. "
            "Put a backup of the database in its place, or delete this conversation."
        )


def _turns_from(number: int, first: int) -> sa.ColumnElement[bool]:
    return (messages.c.conversation == number) & (messages.c.turn >= first)


def _too_many_folded(folded: int, turns: int) -> ValueError:
    return ValueError(f"folded is {folded:,}, but the conversation has {turns:,} turns.")
