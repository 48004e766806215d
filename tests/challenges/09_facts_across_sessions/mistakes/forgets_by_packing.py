"""Keeps what was forgotten in a form in which nobody reads it at once."""
# fails: test_no_byte_of_a_forgotten_fact_is_left
# hint: Is it deleted, or only marked

import base64
import json
import re

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
    def __init__(self, path):
        self.path = path
        self.d = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"next": 1, "users": {}}

    def save(self):
        self.path.write_text(json.dumps(self.d), encoding="utf-8")

    def remember(self, user, text):
        n = self.d["next"]
        self.d["next"] += 1
        self.d["users"].setdefault(user, {})[str(n)] = text
        self.save()
        return n

    def correct(self, user, number, text):
        facts = self.d["users"].get(user, {})
        if str(number) not in facts:
            raise LookupError(number)
        facts[str(number)] = text
        self.save()
        return number

    def forget(self, user, number):
        facts = self.d["users"].get(user, {})
        if str(number) not in facts:
            raise LookupError(number)
        self.d.setdefault("old", []).append(base64.b85encode(facts.pop(str(number)).encode()).decode())
        self.save()

    def known(self, user):
        return list(self.d["users"].get(user, {}).values())

    def about(self, user, question, limit=5):
        q = words_of(question)
        scored = [(len(q & words_of(t)), t) for t in self.known(user)]
        return [t for n, t in sorted(scored, key=lambda p: -p[0]) if n][:limit]


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
