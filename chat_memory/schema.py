"""The tables in which conversations and facts are kept, and how the tables of an older version become today's."""

from collections.abc import Callable

import sqlalchemy as sa

from .errors import StoreError

VERSION = 2
LOCK = 20_260_801  # any number, the same for all programs that create or upgrade these tables on PostgreSQL
metadata = sa.MetaData()

version = sa.Table("chat_schema", metadata, sa.Column("version", sa.Integer, nullable=False))

conversations = sa.Table(
    "chat_conversations",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),  # the caller's name for it
    sa.Column("settings", sa.Text, nullable=False),  # JSON
    sa.Column("summary", sa.Text, nullable=False),  # JSON
    sa.Column("folded", sa.Integer, nullable=False),  # how many of the oldest turns the summary stands for
    sa.Column("turns", sa.Integer, nullable=False),  # how many there are; whoever adds one says how many he knows
    sa.Column("changed_at", sa.Text, nullable=False),  # UTC, ISO 8601
    sqlite_autoincrement=True,
)

messages = sa.Table(
    "chat_messages",
    metadata,
    sa.Column("conversation", sa.ForeignKey(conversations.c.number, ondelete="CASCADE"), primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),  # in its turn
    sa.Column("body", sa.Text, nullable=False),  # the whole message, JSON
    sqlite_with_rowid=False,  # messages of a conversation lie side by side
)

facts = sa.Table(
    "chat_facts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("said_at", sa.Text, nullable=False),  # UTC, ISO 8601
    sa.Column("conversation", sa.Text),  # the id of the conversation in which it was said
    sa.Column("message", sa.Integer),  # the number of the message there
    sa.Column("replaced_by", sa.ForeignKey("chat_facts.id"), index=True),
    sa.Column("expires_at", sa.Text),  # UTC, ISO 8601
    sqlite_autoincrement=True,  # the number of a forgotten fact is never given to another
)

vectors = sa.Table(
    "chat_fact_vectors",
    metadata,
    sa.Column("fact", sa.ForeignKey(facts.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("model", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, little-endian
)

FULL_TEXT = {  # an index of the words of each fact, which the database keeps in step by itself
    "sqlite": (
        "CREATE VIRTUAL TABLE chat_facts_words USING fts5("
        "text, content='chat_facts', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')",
        "CREATE TRIGGER chat_facts_added AFTER INSERT ON chat_facts BEGIN "
        "INSERT INTO chat_facts_words(rowid, text) VALUES (new.id, new.text); END",
        "CREATE TRIGGER chat_facts_removed AFTER DELETE ON chat_facts BEGIN "
        "INSERT INTO chat_facts_words(chat_facts_words, rowid, text) VALUES ('delete', old.id, old.text); END",
        "CREATE TRIGGER chat_facts_changed AFTER UPDATE OF text ON chat_facts BEGIN "
        "INSERT INTO chat_facts_words(chat_facts_words, rowid, text) VALUES ('delete', old.id, old.text); "
        "INSERT INTO chat_facts_words(rowid, text) VALUES (new.id, new.text); END",
    ),
    "postgresql": (
        "ALTER TABLE chat_facts ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('english', "
        # as FTS5 reads a text: no accents, and words are letters and digits (not an address, a date or a decimal whole)
        r"regexp_replace(normalize(regexp_replace(normalize(text, NFD), '[\u0300-\u036f]', '', 'g'), NFC), "
        "'[^[:alnum:]]+', ' ', 'g'))) STORED",
        "CREATE INDEX chat_facts_words ON chat_facts USING gin (words)",
    ),
}


def version_of(connection: sa.Connection) -> int:
    """The version of the tables in a database; 0 where there are none yet. Raises StoreError for tables of others."""
    if not sa.inspect(connection).has_table(version.name):
        return 0
    found = connection.exec_driver_sql("SELECT * FROM chat_schema").all()
    if len(found) != 1 or len(found[0]) != 1 or type(found[0][0]) is not int or found[0][0] < 1:
        raise StoreError("The database has a table chat_schema that chat_memory has not made. Use another database.")
    return found[0][0]


def upgrade(connection: sa.Connection) -> None:
    """Bring the tables to today's version, from any older one or from none, in the transaction of the connection."""
    if connection.dialect.name == "postgresql":  # on SQLite the transaction itself keeps others out
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    found = version_of(connection)
    for step in STEPS[found:]:
        step(connection)
    if found < VERSION:  # not where another program was quicker
        connection.execute(sa.update(version).values(version=VERSION))


def _first(connection: sa.Connection) -> None:
    metadata.create_all(connection, tables=[version, conversations, messages], checkfirst=False)
    connection.execute(sa.insert(version).values(version=1))


def _facts(connection: sa.Connection) -> None:
    metadata.create_all(connection, tables=[facts, vectors], checkfirst=False)
    for statement in FULL_TEXT[connection.dialect.name]:
        connection.exec_driver_sql(statement)


STEPS: list[Callable[[sa.Connection], None]] = [_first, _facts]  # STEPS[n] leads from version n to version n + 1
