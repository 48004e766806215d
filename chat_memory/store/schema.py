"""The tables in which conversations and facts are kept, and how the tables of an older version become today's."""

from collections.abc import Callable

import sqlalchemy as sa

from ..errors import StoreError
from ..search import terms

VERSION = 5
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
    sa.Column("taken_back", sa.Integer, nullable=False, server_default="0"),  # how often a turn was
    sqlite_autoincrement=True,
)

messages = sa.Table(
    "chat_messages",
    metadata,
    sa.Column("conversation", sa.ForeignKey(conversations.c.number, ondelete="CASCADE"), primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),  # in its turn
    sa.Column("body", sa.Text, nullable=False),  # the whole message, JSON
    sa.Column("said_at", sa.Text),  # when its turn was saved: UTC, ISO 8601
    sqlite_with_rowid=False,  # messages of a conversation lie side by side
)

summaries = sa.Table(
    "chat_summaries",  # those that newer ones have replaced
    metadata,
    sa.Column("conversation", sa.ForeignKey(conversations.c.number, ondelete="CASCADE"), primary_key=True),
    sa.Column("turns", sa.Integer, primary_key=True, autoincrement=False),  # how many there were at its end
    sa.Column("summary", sa.Text, nullable=False),  # JSON
    sa.Column("folded", sa.Integer, nullable=False),  # how many of the oldest turns it stands for
    sqlite_with_rowid=False,
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
    sa.Column("terms", sa.Text, nullable=False, server_default=""),  # by which it is found, with spaces between them
    sqlite_autoincrement=True,  # the number of a forgotten fact is never given to another
)

vectors = sa.Table(
    "chat_fact_vectors",
    metadata,
    sa.Column("fact", sa.ForeignKey(facts.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("model", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, little-endian
)

POSTGRES_WORDS = "array_to_tsvector(string_to_array(chat_facts.terms, ' '))"
FULL_TEXT = {  # an index of the terms of each fact, as they are, which the database keeps in step by itself
    "sqlite": (
        "CREATE VIRTUAL TABLE chat_facts_words USING fts5("
        "terms, content='chat_facts', content_rowid='id', tokenize='ascii')",
        "CREATE TRIGGER chat_facts_added AFTER INSERT ON chat_facts BEGIN "
        "INSERT INTO chat_facts_words(rowid, terms) VALUES (new.id, new.terms); END",
        "CREATE TRIGGER chat_facts_removed AFTER DELETE ON chat_facts BEGIN "
        "INSERT INTO chat_facts_words(chat_facts_words, rowid, terms) VALUES ('delete', old.id, old.terms); END",
        "CREATE TRIGGER chat_facts_changed AFTER UPDATE OF terms ON chat_facts BEGIN "
        "INSERT INTO chat_facts_words(chat_facts_words, rowid, terms) VALUES ('delete', old.id, old.terms); "
        "INSERT INTO chat_facts_words(rowid, terms) VALUES (new.id, new.terms); END",
        "INSERT INTO chat_facts_words(chat_facts_words) VALUES ('rebuild')",
    ),
    "postgresql": (f"CREATE INDEX chat_facts_words ON chat_facts USING gin (({POSTGRES_WORDS}))",),
}
CHECK_FULL_TEXT = "INSERT INTO chat_facts_words(chat_facts_words, rank) VALUES ('integrity-check', 1)"  # SQLite
SECOND_FULL_TEXT = {  # what version 2 had in its place: the databases read the texts by themselves, each in its way
    "sqlite": ("DROP TRIGGER chat_facts_added", "DROP TRIGGER chat_facts_removed", "DROP TRIGGER chat_facts_changed",
               "DROP TABLE chat_facts_words"),
    "postgresql": ("ALTER TABLE chat_facts DROP COLUMN words",),
}  # fmt: skip


def version_of(connection: sa.Connection) -> int:
    """The version of the tables in a database; 0 where there are none yet. Raises StoreError for tables of others."""
    if not sa.inspect(connection).has_table(version.name):
        return 0
    found = connection.exec_driver_sql("SELECT * FROM chat_schema").all()
    if len(found) != 1 or len(found[0]) != 1 or type(found[0][0]) is not int or found[0][0] < 1:
        raise StoreError(
            "The database has a table chat_schema that chat_memory has not made, or that is damaged. Nothing was changed. "
            "Use another database, or put a backup in the place of this one."
        )
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


def _terms(connection: sa.Connection) -> None:
    columns = {column["name"] for column in sa.inspect(connection).get_columns(facts.name)}
    if facts.c.terms.name not in columns:  # it comes from version 2
        for statement in SECOND_FULL_TEXT[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("ALTER TABLE chat_facts ADD COLUMN terms TEXT DEFAULT '' NOT NULL")
        found = connection.execute(sa.select(facts.c.id, facts.c.text)).all()
        made = [{"of": row.id, "made": " ".join(terms.of_fact(str(row.text)))} for row in found]  # damaged rows, too
        if made:
            change = sa.update(facts).where(facts.c.id == sa.bindparam("of")).values(terms=sa.bindparam("made"))
            connection.execute(change, made)
    for statement in FULL_TEXT[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _taken_back(connection: sa.Connection) -> None:
    columns = {column["name"] for column in sa.inspect(connection).get_columns(conversations.name)}
    if conversations.c.taken_back.name not in columns:  # it comes from an older version
        connection.exec_driver_sql("ALTER TABLE chat_conversations ADD COLUMN taken_back INTEGER DEFAULT '0' NOT NULL")
    metadata.create_all(connection, tables=[summaries], checkfirst=False)


def _said_at(connection: sa.Connection) -> None:
    columns = {column["name"] for column in sa.inspect(connection).get_columns(messages.name)}
    if messages.c.said_at.name not in columns:  # it comes from an older version
        connection.exec_driver_sql("ALTER TABLE chat_messages ADD COLUMN said_at TEXT")


# STEPS[n] leads from version n to version n + 1
STEPS: list[Callable[[sa.Connection], None]] = [_first, _facts, _terms, _taken_back, _said_at]
