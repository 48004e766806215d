"""Tells the model to keep names, numbers, dates and places: what is not so is none of these."""
# fails: test_what_is_not_so_is_known
# hint: One small word turns it around

from chat_memory import count_tokens
from common import MODEL

PROMPT = "Write notes of this talk. Keep names, numbers, dates, places and codes."


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens, self.notes, self.turns = client, max_tokens, "", []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question = {"role": "user", "content": text}
        if len(self.turns) >= 8:
            old, self.turns = [message for turn in self.turns[:-1] for message in turn], self.turns[-1:]
            self.notes = self.call([*old, {"role": "user", "content": f"{PROMPT} The notes so far: {self.notes}"}])
        while self.turns and count_tokens(self.request(question)) > self.max_tokens:
            self.turns.pop(0)
        reply = self.call(self.request(question))
        self.turns.append([question, {"role": "assistant", "content": reply}])
        return reply

    def request(self, question):
        known = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": self.notes}]
        said = [message for turn in self.turns for message in turn]
        return [self.system, *(known if self.notes else []), *said, question]

    def call(self, messages):
        return self.client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
