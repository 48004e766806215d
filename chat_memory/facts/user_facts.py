"""What is known about a user, beyond one conversation: stored, found again, corrected, and forgotten when asked to."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa

from ..errors import BudgetError, IncompleteReply, carry, whole_number
from ..replies.api import CHAT, Api
from ..replies.client import AsyncClient, AsyncEmbeddingClient, Client, EmbeddingClient
from ..replies.drivers import run, run_async
from ..replies.extras import Known, sets_a_limit
from ..replies.known_clients import known_of
from ..replies.reply_course import asked
from ..replies.steps import Course, Elsewhere, Request, Send
from ..replies.threads import in_a_thread
from ..replies.usage import Usage
from ..safety.quoting import quoted
from ..search import terms
from ..store.conversations import ConversationStore
from ..store.database import checked_id
from ..store.schema import facts
from ..texts import DEFAULT_MODEL, Count
from ..tokens import Counting, Message
from . import embeddings, full_text, learning
from .records import LARGEST_ID, Fact, Records, number_of, time_text

EMBEDDING_MODEL = "text-embedding-3-small"
ASKED: Message = {"role": "user", "content": "What do you know about me that may help with my next question?"}


class UserFacts:
    """The facts of one user. No method reads or changes those of another, whatever the ids are.

    A fact is in force until it is replaced or has expired; both stay on record. What is forgotten is gone from every
    table and index. (What was said in a conversation is in that conversation too: `ConversationStore.delete`.)
    """

    def __init__(
        self,
        store: ConversationStore,
        user: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC).astimezone(),
        count: Count | None = None,
    ) -> None:
        """The facts of a user, under any id of 1 to 200 characters.

        `clock` says what time it is, with the user's time zone: lambda: datetime.now(ZoneInfo("Asia/Tokyo")). What the
        model is told to be "today" is the date there, and without a `clock` that of this computer's own time zone. Times
        are stored in UTC. A clock that tells no time zone is an error when it is first looked at. `count` is that of
        `count_tokens`: a function of yours that returns the tokens of a text.
        """
        self._records = Records(store.database, user, store.clean, clock)
        self.user, self._count = user, count

    def add(
        self,
        text: str,
        *,
        conversation: str | None = None,
        message: int | None = None,
        expires: datetime | None = None,
    ) -> Fact:
        """Store a fact: one sentence, with where it was said and until when it holds.

        Raises TypeError or ValueError for what is no text of at most 1,000 characters, or no time with a time zone.
        """
        row = self._records.row(text, conversation, message, expires)
        with self._records.writing() as connection:
            return self._records.insert(connection, row)

    def learn(
        self,
        client: Client,
        messages: Iterable[Message],
        *,
        conversation: str | None = None,
        first: int = 1,
        model: str = DEFAULT_MODEL,
        max_tokens: int | None = None,
        usage: Usage | None = None,
        options: Request | None = None,
    ) -> list[Fact]:
        """Ask the model once what the user states in `messages`, and store it: all or nothing. Returns what is new.

        The request tells today's date, and shows the known facts that could matter, so that the model can say which are
        corrected; what is known word for word is not stored again. Messages are numbered after the leading
        instructions, the first of them `first`. With `max_tokens` the request has at most that many tokens, its reply
        not counted. Learn from a very long conversation a part at a time: each part is shown what those before it have
        brought.

        The server is asked to hold the model to the form of the reply, by a JSON schema, and to stop it where it writes on
        and on. One that refuses either is asked without, and that is remembered of the client for an hour. `options` go with
        the request: {"response_format": {"type": "text"}} asks without a schema, a limit of yours takes the place of this one.

        Of a list that is cut off there, the facts that are whole are stored, and a warning says so.

        Raises BudgetError where the messages alone are too many, IncompleteReply for a reply in which no list of facts can
        be read, ConflictError where a corrected fact has been corrected otherwise meanwhile, what the client raises,
        and TypeError or ValueError for what is no message. Then nothing was stored; where the model had answered already,
        the error holds its words as `reply`.
        """
        known = known_of(client, model)
        return run(self._learning(messages, conversation, first, model, max_tokens, usage, options, known), client)

    async def learn_async(
        self,
        client: AsyncClient,
        messages: Iterable[Message],
        *,
        conversation: str | None = None,
        first: int = 1,
        model: str = DEFAULT_MODEL,
        max_tokens: int | None = None,
        usage: Usage | None = None,
        options: Request | None = None,
    ) -> list[Fact]:
        """The same as `learn`, with an `openai.AsyncOpenAI`; other threads wait for the database."""
        known = known_of(client, model)
        course = self._learning(messages, conversation, first, model, max_tokens, usage, options, known)
        return await run_async(course, client)

    def known(self) -> list[Fact]:
        """Everything in force, oldest first: the answer to "What do you know about me?"."""
        return self._records.read(sa.select(facts).where(self._records.in_force).order_by(facts.c.id))

    def record(self) -> list[Fact]:
        """Everything on record, oldest first: also what has been replaced or has expired."""
        return self._records.read(sa.select(facts).where(self._records.mine).order_by(facts.c.id))

    def find(self, question: str, limit: int = 5) -> list[Fact]:
        """The facts in force that share words with a question, best first; of equals the newer first.

        Case, accents and English endings do not count ("lived" finds "lives", "Lodz" finds "Łódź"), nor do function
        words ("where", "my"), unless they are written as names: "Who is Will?" finds the fact about Will, and "Will it
        rain?" does not. In Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese, two letters side by side count as a
        word, so that a word is found inside a sentence, and now and then another word that shares two letters with it.
        An emoji finds itself, and a number is found however its digits are grouped ("iPhone15" by "iPhone 15"). Other
        spellings are not found: "Zuerich" for "Zürich", simplified for traditional letters.

        Any text can be a question; [] where nothing is shared. At most `limit` facts.
        """
        whole_number("limit", limit, least=1)
        if not (wanted := terms.of_question(question)):
            return []
        found = full_text.with_terms(wanted, self._records.database.dialect)
        return self._records.read(found.where(self._records.in_force).limit(min(limit, LARGEST_ID)))

    def find_by_meaning(
        self, client: EmbeddingClient, question: str, limit: int = 5, *, model: str = EMBEDDING_MODEL
    ) -> list[Fact]:
        """The facts in force whose embeddings lie nearest to that of the question, nearest first.

        With the question, every fact that has no vector of this model yet is sent to the client; its vector is kept.
        What has nothing in common (a cosine of 0 or less) is left out. Raises IncompleteReply where a vector is
        missing, StoreError where another model answers under the same name, and what the client raises.
        """
        return run(self._nearest(question, limit, model), client)

    async def find_by_meaning_async(
        self, client: AsyncEmbeddingClient, question: str, limit: int = 5, *, model: str = EMBEDDING_MODEL
    ) -> list[Fact]:
        """The same as `find_by_meaning`, with an `openai.AsyncOpenAI`; other threads wait for the database."""
        return await run_async(self._nearest(question, limit, model), client)

    def note(
        self, question: str, max_tokens: int = 200, limit: int = 5, *, model: str = DEFAULT_MODEL
    ) -> list[Message]:
        """The facts that matter to a question, for just before it: two messages of at most `max_tokens` tokens.

        The facts stand in an answer of the assistant, as JSON strings, best first until the budget is full. [] where
        none is found, or none fits.
        """
        whole_number("max_tokens", max_tokens, least=0)
        counting = Counting.of(model, self._count)
        pair: list[Message] = []
        texts: list[str] = []
        for fact in self.find(question, limit):
            listed = ", ".join([*texts, quoted(fact.text)])
            longer: list[Message] = [
                ASKED.copy(),
                {"role": "assistant", "content": f"From my notes, quoted: [{listed}]"},
            ]
            if sum(map(counting.message, longer)) <= max_tokens:
                pair, texts = longer, [*texts, quoted(fact.text)]
        return pair

    def correct(
        self,
        fact: Fact | int,
        text: str,
        *,
        conversation: str | None = None,
        message: int | None = None,
        expires: datetime | None = None,
    ) -> Fact:
        """Put a newer fact in the place of one, which stays on record. Returns the newer.

        Raises LookupError where this user has no such fact, ConflictError where it has been corrected already (then the
        newer one has to be looked at first, and nothing is stored), and what `add` raises.
        """
        number, row = number_of(fact), self._records.row(text, conversation, message, expires)
        with self._records.writing() as connection:
            newer = self._records.insert(connection, row)
            self._records.change(connection, number, replaced_by=newer.id)
            return newer

    def expire(self, fact: Fact | int, when: datetime | None = None) -> Fact:
        """Let a fact hold until `when`, or end it now; it stays on record. Raises what `correct` raises."""
        until = self._records.now() if when is None else time_text(when)
        with self._records.writing() as connection:
            return self._records.change(connection, number_of(fact), expires_at=until)

    def forget(self, fact: Fact | int) -> None:
        """Delete a fact and all that it has replaced. Raises LookupError where this user has no such fact.

        In a SQLite file not a byte of them is left: it is written anew for that, some seconds where it is large. On
        PostgreSQL no query finds them, and the server overwrites its files in time (VACUUM). Backups are not touched,
        nor is the conversation: learn from it again, and the fact is known again.
        """
        self._records.delete(number_of(fact))

    def forget_all(self) -> None:
        """Delete everything about this user, also what is only on record."""
        self._records.delete()

    async def add_async(
        self,
        text: str,
        *,
        conversation: str | None = None,
        message: int | None = None,
        expires: datetime | None = None,
    ) -> Fact:
        """The same as `add` in an event loop, whose other tasks go on: a thread waits for the database."""
        adding = partial(self.add, text, conversation=conversation, message=message, expires=expires)
        return await in_a_thread(adding, to_its_end=True)

    async def known_async(self) -> list[Fact]:
        """The same as `known` in an event loop, whose other tasks go on: a thread waits for the database."""
        return await in_a_thread(self.known)

    async def find_async(self, question: str, limit: int = 5) -> list[Fact]:
        """The same as `find` in an event loop, whose other tasks go on: a thread waits for the database."""
        return await in_a_thread(partial(self.find, question, limit))

    async def note_async(
        self, question: str, max_tokens: int = 200, limit: int = 5, *, model: str = DEFAULT_MODEL
    ) -> list[Message]:
        """The same as `note` in an event loop, whose other tasks go on: a thread waits for the database."""
        return await in_a_thread(partial(self.note, question, max_tokens, limit, model=model))

    async def correct_async(
        self,
        fact: Fact | int,
        text: str,
        *,
        conversation: str | None = None,
        message: int | None = None,
        expires: datetime | None = None,
    ) -> Fact:
        """The same as `correct` in an event loop, whose other tasks go on: a thread waits for the database."""
        correcting = partial(self.correct, fact, text, conversation=conversation, message=message, expires=expires)
        return await in_a_thread(correcting, to_its_end=True)

    async def forget_async(self, fact: Fact | int) -> None:
        """The same as `forget` in an event loop, whose other tasks go on: a thread waits for the database."""
        await in_a_thread(partial(self.forget, fact), to_its_end=True)

    def _nearest(self, question: str, limit: int, model: str) -> Course[list[Fact]]:
        """The course of `find_by_meaning`: the question and the new facts go out, and their vectors come in."""
        whole_number("limit", limit, least=1)
        texts, new = yield Elsewhere(partial(embeddings.to_embed, self._records, question, model))
        made: list[embeddings.Vector] = []
        for batch in embeddings.batches(texts):
            answer = yield Send({"model": model, "input": list(batch)}, "embeddings")
            made += embeddings.embedded(answer, batch)
        found: list[Fact] = yield Elsewhere(partial(embeddings.nearest, self._records, made, new, limit, model))
        return found

    def _learning(
        self,
        messages: Iterable[Message],
        conversation: str | None,
        first: int,
        model: str,
        max_tokens: int | None,
        usage: Usage | None,
        options: Request | None,
        known: Known,
    ) -> Course[list[Fact]]:
        """The course of `learn`: what was said goes out, and what the reply holds is stored."""
        if conversation is not None:
            checked_id("A conversation's id", conversation)
        if not (said := learning.spoken(messages, first)):
            return []
        counting, options = Counting.of(model, self._count), options or {}
        form = learning.form_tokens(options, known, counting)
        request, shown, api = yield Elsewhere(partial(self._lesson, said, counting, max_tokens, form))
        limit = None if sets_a_limit(options) else learning.longest_list(said, counting)
        enough = int(learning.ENOUGH * (limit or 0))
        question: Request = {**options, "model": model, "messages": request}
        cut_off = None
        try:
            reply = yield from asked(question, usage, counting, known, limit=limit, enough=enough, api=api)
        except IncompleteReply as error:
            if not error.beginning:
                carry(error, reply=error.text)
                raise
            reply, cut_off = error.beginning, error
        keep = partial(self._learned, reply, said, shown, conversation, cut_off)
        new: list[Fact] = yield Elsewhere(keep, to_its_end=True)
        return new

    def _lesson(
        self, said: Mapping[int, learning.Spoken], counting: Counting, max_tokens: int | None, form: int
    ) -> tuple[list[Message], set[int], Api]:
        """The request that asks for facts, the numbers of those that it shows, and the API: where only so it fits, no form."""
        texts = "\n".join(message["content"] for message in said.values())
        # A search can miss what is corrected ("I moved" shares no word with "lives in"): the newest facts follow.
        matter = [*self.find(texts, learning.MOST_FOUND), *reversed(self.known())]
        texts_of = {fact.id: fact.text for fact in matter}
        asking = partial(learning.request, said, texts_of, counting, max_tokens, self._records.today())
        try:
            return *asking(form), learning.FOR_FACTS
        except BudgetError:
            return *asking(), CHAT

    def _learned(
        self,
        reply: str,
        said: Mapping[int, learning.Spoken],
        shown: set[int],
        conversation: str | None,
        cut_off: IncompleteReply | None,
    ) -> list[Fact]:
        """Store what is in a reply, which an error holds: it is paid for."""
        try:
            return self._keep(learning.learned(reply, said, shown, cut_off), conversation)
        except Exception as error:
            carry(error, reply=reply)
            raise

    def _keep(self, learned: Iterable[learning.Learned], conversation: str | None) -> list[Fact]:
        """Store what was learned, in one transaction; returns what was not known word for word."""
        records, new = self._records, []
        cleaned = [(records.cleaned(text), message, replaces) for text, message, replaces in learned]
        rows = [(records.row_of(text, conversation, message), replaces) for text, message, replaces in cleaned]
        with records.writing() as connection:
            texts = records.texts_in_force(connection)
            ids = {learning.bare(text): id for id, text in texts.items()}
            for row, replaces in rows:
                if not (known := learning.bare(row["text"])):
                    continue  # clean leaves nothing of it
                if known not in ids:
                    new.append(records.insert(connection, row))
                    ids[known] = new[-1].id
                if replaces not in (None, ids[known]):
                    with suppress(LookupError):  # it has been forgotten meanwhile
                        records.change(connection, replaces, replaced_by=ids[known])
                    ids.pop(learning.bare(texts.get(replaces, "")), None)
        return new
