"""Brings its notes up to date in each turn: they are read and written again and again."""
# fails: test_the_point_is_reached
# hint: How many requests of your own

from chat_memory import summarize
from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.notes, self.last = client, "", []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        if self.last:
            self.notes = summarize(self.client, self.last, self.notes, 500, model=MODEL)
        notes = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": self.notes}]
        question = {"role": "user", "content": text}
        sent = [self.system, *(notes if self.notes else []), question]
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.last = [question, {"role": "assistant", "content": reply}]
        return reply
