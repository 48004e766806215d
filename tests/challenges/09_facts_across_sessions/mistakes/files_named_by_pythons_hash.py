"""Names the file of a user by Python's hash, which is another one tomorrow."""
# fails: test_a_new_program_knows_it
# hint: the hash of a text

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
        self.dir = path
        path.mkdir(exist_ok=True)

    def file(self, user):
        return self.dir / (str(user.__hash__()) + ".json")

    def lines(self, user):
        f = self.file(user)
        return json.loads(f.read_text()) if f.exists() else []

    def put(self, user, lines):
        self.file(user).write_text(json.dumps(lines))

    def remember(self, user, text):
        lines = [*self.lines(user), text]
        self.put(user, lines)
        return len(lines)

    def correct(self, user, number, text):
        lines = self.lines(user)
        if not (0 < number <= len(lines)) or lines[number - 1] is None:
            raise LookupError(number)
        lines[number - 1] = text
        self.put(user, lines)
        return number

    def forget(self, user, number):
        self.correct(user, number, None)

    def known(self, user):
        return [line for line in self.lines(user) if line is not None]

    def about(self, user, question, limit=5):
        q = words_of(question)
        return sorted((t for t in self.known(user) if q & words_of(t)), key=lambda t: -len(q & words_of(t)))[:limit]


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
