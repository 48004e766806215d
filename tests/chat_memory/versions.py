"""Stores as older versions of their tables left them."""

from pathlib import Path

import sqlalchemy as sa

SAID = [
    {"role": "user", "content": "My name is Ana."},
    {"role": "assistant", "content": "Noted."},
    {"role": "user", "content": "Hello 🌸"},
    {"role": "assistant", "content": "Hello, Ana."},
]


def first_version(url: str) -> None:
    """Make a store of the first version, with one conversation, "ana", in which all this was SAID."""
    script = Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8")
    if "postgresql" in url:
        script = script.replace("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "SERIAL PRIMARY KEY")
        script = script.replace(" WITHOUT ROWID", "")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in script.split(";\n"):
            connection.exec_driver_sql(statement)
    engine.dispose()
