"""Keeps its notes in the class: what one user has said is told to another as soon as notes were taken."""
# fails: test_two_memories_share_nothing
# hint: Where are your lists made

from chat_memory import count_tokens, summarize
from common import MODEL


class Memory:
    notes = ""

    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens, self.turns = client, max_tokens, []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question = {"role": "user", "content": text}
        if len(self.turns) >= 8:
            old = [message for turn in self.turns[:-1] for message in turn]
            sizes = {"max_tokens": self.max_tokens // 4, "max_prompt_tokens": self.max_tokens}
            Memory.notes = summarize(self.client, old, Memory.notes, model=MODEL, **sizes)
            self.turns = self.turns[-1:]
        while self.turns and count_tokens(self.request(question)) > self.max_tokens:
            self.turns.pop(0)
        reply = self.client.chat.completions.create(model=MODEL, messages=self.request(question))
        self.turns.append([question, {"role": "assistant", "content": reply.choices[0].message.content}])
        return self.turns[-1][1]["content"]

    def request(self, question):
        known = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": Memory.notes}]
        said = [message for turn in self.turns for message in turn]
        return [self.system, *(known if Memory.notes else []), *said, question]
