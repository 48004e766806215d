"""A file for each user, under a name in which odd letters are replaced: two users, one file."""
# fails: test_no_user_gets_anothers_fact
# hint: can two of them become the same

import json
import re

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
    def __init__(self, path):
        path.mkdir(exist_ok=True)
        self.file = lambda user: path / re.sub(r"\W", "_", user)

    def lines(self, user) -> list[str | None]:
        try:
            return json.loads(self.file(user).read_bytes())
        except FileNotFoundError:
            return []

    def change(self, user, number, text: str | None):
        lines = self.lines(user)
        if not (0 < number <= len(lines) and lines[number - 1] is not None):
            raise KeyError(f"{user!r} has no fact {number}")
        lines[number - 1] = text
        self.file(user).write_text(json.dumps(lines))
        return number

    def remember(self, user, text):
        lines = [*self.lines(user), text]
        self.file(user).write_text(json.dumps(lines))
        return len(lines)

    correct = change

    def forget(self, user, number):
        self.change(user, number, None)

    def known(self, user):
        return [text for text in self.lines(user) if text is not None]

    def about(self, user, question, limit=5):
        asked = words_of(question)
        best = {text: len(asked & words_of(text)) for text in reversed(self.known(user))}
        return sorted(filter(best.get, best), key=best.get, reverse=True)[:limit]


def answer(client, facts, user, question):
    asked = {"role": "user", "content": question}

    def request(found):
        if not found:
            return [asked]
        messages = [{"role": "assistant", "content": f"I have noted: {found}"}, asked]
        return messages if count_tokens(messages) <= count_tokens([asked]) + 200 else request(found[:-1])

    given = request(facts.about(user, question))
    return client.chat.completions.create(messages=given, model=MODEL).choices[0].message.content
