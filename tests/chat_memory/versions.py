"""Stores as older versions of their tables left them."""

from itertools import chain
from pathlib import Path

import sqlalchemy as sa

SAID = [
    {"role": "user", "content": "My name is Ana."},
    {"role": "assistant", "content": "Noted."},
    {"role": "user", "content": "Hello 🌸"},
    {"role": "assistant", "content": "Hello, Ana."},
]
SECOND_INDEX = {
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
        "INSERT INTO chat_facts_words(chat_facts_words) VALUES ('rebuild')",
    ),
    "postgresql": (
        "ALTER TABLE chat_facts ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('english', "
        r"regexp_replace(normalize(regexp_replace(normalize(text, NFD), '[\u0300-\u036f]', '', 'g'), NFC), "
        "'[^[:alnum:]]+', ' ', 'g'))) STORED",
        "CREATE INDEX chat_facts_words ON chat_facts USING gin (words)",
    ),
}

THIRD_INDEX = {
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
    "postgresql": (
        "CREATE INDEX chat_facts_words ON chat_facts USING gin ((array_to_tsvector(string_to_array(terms, ' '))))",
    ),
}


def first_version(url: str) -> None:
    """Make a store of the first version, with one conversation, "ana", in which all this was SAID."""
    _make(url, *_statements(url, "version_1.sql"))


def second_version(url: str) -> None:
    """Make a store of the second version: the first with facts about ana, of which one is replaced, and about bo."""
    index = SECOND_INDEX["postgresql" if "postgresql" in url else "sqlite"]
    _make(url, *_statements(url, "version_1.sql"), *_statements(url, "version_2.sql"), *index)


def third_version(url: str) -> None:
    """Make a store of the third version: the second, with the terms of each fact."""
    scripts = (_statements(url, f"version_{number}.sql") for number in (1, 2, 3))
    _make(url, *chain.from_iterable(scripts), *THIRD_INDEX["postgresql" if "postgresql" in url else "sqlite"])


def fourth_version(url: str) -> None:
    """Make a store of the fourth version: the third, with the summaries that newer ones have replaced."""
    third_version(url)
    _make(url, *_statements(url, "version_4.sql"))


def _statements(url: str, name: str) -> list[str]:
    script = Path(__file__).with_name(name).read_text(encoding="utf-8")
    if "postgresql" in url:
        script = script.replace("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "SERIAL PRIMARY KEY")
        script = script.replace(" WITHOUT ROWID", "").replace("BLOB", "BYTEA")
    return script.split(";\n")


def _make(url: str, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
