"""Lets SQLite take the highest number and one more: that of the newest fact comes again when it was forgotten."""
# fails: test_a_forgotten_fact_is_gone
# hint: the highest number that any fact has is lower

import json
import re
import sqlite3
from pathlib import Path

import openai

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
            "CREATE TABLE IF NOT EXISTS facts (number INTEGER PRIMARY KEY, user TEXT NOT NULL, text TEXT NOT NULL)"
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


def note(texts: list[str]) -> list[dict]:
    """Facts as the assistant's own words: those have the least authority, and the facts are quoted in them."""
    if not texts:
        return []
    quoted = json.dumps(texts, ensure_ascii=False)
    return [
        {"role": "user", "content": "What do you know about me?"},
        {"role": "assistant", "content": f"From my notes, quoted: {quoted}"},
    ]


def answer(client: openai.OpenAI, facts: Facts, user: str, question: str) -> str:
    """Ask the model a user's question, with the facts that matter to it, and return the reply."""
    asked = [{"role": "user", "content": question}]
    sent: list[str] = []
    for text in facts.about(user, question):
        if count_tokens([*note([*sent, text]), *asked]) <= count_tokens(asked) + NOTE_TOKENS:
            sent.append(text)
    reply = client.chat.completions.create(model=MODEL, messages=[*note(sent), *asked])
    return reply.choices[0].message.content
