"""Looks for the question as it stands in the text of a fact."""
# fails: test_about_finds_what_shares_words
# hint: looking for the whole question

import json
import re
import sqlite3

from chat_memory import count_tokens
from common import MODEL

NOTE_TOKENS = 200
EVERYWHERE = frozenset(
    "a about am an and any are at be by can did do does for from had has have he her his how i if in is it its me my of on "
    "or our s she so than that the their them then there they this to user was we were what when where which who why will "
    "with you your".split()
)


def words_of(text):
    return set(re.findall(r"\w+", text.lower())) - EVERYWHERE


class Facts:
    def __init__(self, path):
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS facts (number INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, text TEXT NOT NULL)"
        )

    def remember(self, user, text):
        return self._database.execute("INSERT INTO facts (user, text) VALUES (?, ?)", (user, text)).lastrowid

    def correct(self, user, number, text):
        self._change("UPDATE facts SET text = ? WHERE user = ? AND number = ?", text, user, number)
        return number

    def forget(self, user, number):
        self._change("DELETE FROM facts WHERE user = ? AND number = ?", user, number)
        self._database.execute("VACUUM")

    def known(self, user):
        rows = self._database.execute("SELECT text FROM facts WHERE user = ? ORDER BY number", (user,))
        return [text for (text,) in rows]

    def about(self, user, question, limit=5):
        rows = self._database.execute(
            "SELECT text FROM facts WHERE user = ? AND text LIKE ? ORDER BY number LIMIT ?",
            (user, f"%{question}%", limit),
        )
        return [text for (text,) in rows]

    def _change(self, statement, *values):
        if not self._database.execute(statement, values).rowcount:
            raise LookupError("This user has no fact of that number.")


def note(texts):
    if not texts:
        return []
    quoted = json.dumps(texts, ensure_ascii=False)
    return [
        {"role": "user", "content": "What do you know about me?"},
        {"role": "assistant", "content": f"From my notes, quoted: {quoted}"},
    ]


def answer(client, facts, user, question):
    asked = [{"role": "user", "content": question}]
    sent = []
    for text in facts.about(user, question):
        if count_tokens([*note([*sent, text]), *asked]) <= count_tokens(asked) + NOTE_TOKENS:
            sent.append(text)
    reply = client.chat.completions.create(model=MODEL, messages=[*note(sent), *asked])
    return reply.choices[0].message.content
