"""Escapes the quotation marks of a fact, and not its backslashes."""
# fails: test_a_fact_is_data
# hint: The fact ends the quotation by itself

import re
import sqlite3
from pathlib import Path

from chat_memory import count_tokens
from common import MODEL

NOTE_TOKENS = 200
EVERYWHERE = frozenset(
    "a about am an and any are at be by can did do does for from had has have he her his how i if in is it its me my of on "
    "or our s she so than that the their them then there they this to user was we were what when where which who why will "
    "with you your".split()
)


def words_of(text: str) -> set[str]:
    """The words of a text that can find something: in small letters, without those that stand everywhere."""
    return set(re.findall(r"\w+", text.lower())) - EVERYWHERE


class Facts:
    """What is known about each user."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)  # each statement counts at once
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS facts (number INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, text TEXT NOT NULL)"
        )

    def remember(self, user: str, text: str) -> int:
        """Store a fact and return its number."""
        return self._database.execute("INSERT INTO facts (user, text) VALUES (?, ?)", (user, text)).lastrowid

    def correct(self, user: str, number: int, text: str) -> int:
        """Let a fact say something else from now on, and return its number."""
        self._change("UPDATE facts SET text = ? WHERE user = ? AND number = ?", text, user, number)
        return number

    def forget(self, user: str, number: int) -> None:
        """Delete a fact, and all that it ever said."""
        self._change("DELETE FROM facts WHERE user = ? AND number = ?", user, number)
        self._database.execute("VACUUM")  # a deleted row stays in the file, until that is written anew

    def known(self, user: str) -> list[str]:
        """All facts of a user, oldest first."""
        rows = self._database.execute("SELECT text FROM facts WHERE user = ? ORDER BY number", (user,))
        return [text for (text,) in rows]

    def about(self, user: str, question: str, limit: int = 5) -> list[str]:
        """The facts of a user that share words with the question, those first that share most."""
        asked = words_of(question)
        found = [text for text in self.known(user) if asked & words_of(text)]
        return sorted(found, key=lambda text: len(asked & words_of(text)), reverse=True)[:limit]

    def _change(self, statement: str, *values: str | int) -> None:
        """Run a statement that changes one fact. Raises LookupError where there is none."""
        if not self._database.execute(statement, values).rowcount:
            raise LookupError("This user has no fact of that number.")


def answer(client, facts, user, question):
    found = facts.about(user, question)
    while True:
        messages = [
            {"role": "user", "content": (("Notes: [" + ", ".join(map(q, found)) + "]\n") if found else "") + question}
        ]
        if not found or count_tokens(messages) - count_tokens([{"role": "user", "content": question}]) <= 200:
            return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
        found = found[:-1]


def q(f):
    return '"' + " ".join(f.split()).replace('"', '\\"') + '"'
