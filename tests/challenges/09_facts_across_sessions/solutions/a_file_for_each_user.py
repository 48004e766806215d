"""A folder with a file for each user, named by a hash; one line a fact, as many as there have been."""

import hashlib
import json
import re
from pathlib import Path

from chat_memory import count_tokens
from common import MODEL

EVERYWHERE = frozenset(
    "a about am an and any are at be by can did do does for from had has have he her his how i if in is it its me my of on "
    "or our s she so than that the their them then there they this to user was we were what when where which who why will "
    "with you your".split()
)


def words_of(text):
    return set(re.findall(r"\w+", text.lower())) - EVERYWHERE


class Facts:
    def __init__(self, path: Path):
        path.mkdir(exist_ok=True)
        self.file = lambda user: path / hashlib.sha256(user.encode()).hexdigest()

    def lines(self, user: str) -> list[str | None]:
        try:
            return json.loads(self.file(user).read_bytes())
        except FileNotFoundError:
            return []

    def change(self, user: str, number: int, text: str | None) -> int:
        lines = self.lines(user)
        if not (0 < number <= len(lines) and lines[number - 1] is not None):
            raise KeyError(f"{user!r} has no fact {number}")
        lines[number - 1] = text
        self.file(user).write_text(json.dumps(lines))
        return number

    def remember(self, user: str, text: str) -> int:
        lines = [*self.lines(user), text]
        self.file(user).write_text(json.dumps(lines))
        return len(lines)

    correct = change

    def forget(self, user: str, number: int) -> None:
        self.change(user, number, None)

    def known(self, user: str) -> list[str]:
        return [text for text in self.lines(user) if text is not None]

    def about(self, user: str, question: str, limit: int = 5) -> list[str]:
        asked = words_of(question)
        best = {text: len(asked & words_of(text)) for text in reversed(self.known(user))}
        return sorted(filter(best.get, best), key=best.get, reverse=True)[:limit]


def answer(client, facts: Facts, user: str, question: str) -> str:
    asked = {"role": "user", "content": question}

    def request(found):
        """As many as fit."""
        if not found:
            return [asked]
        messages = [{"role": "assistant", "content": f"I have noted: {found}"}, asked]
        return messages if count_tokens(messages) <= count_tokens([asked]) + 200 else request(found[:-1])

    given = request(facts.about(user, question))
    return client.chat.completions.create(messages=given, model=MODEL).choices[0].message.content
