"""A summary of the old turns, brought up to date now and then, and the last turn beside it."""

from chat_memory import count_tokens, summarize
from common import MODEL

RECENT = 1  # turns that stay word for word
FULL = 2 / 3  # of the budget: more would be allowed, but all that is sent is paid for, in each turn
SUMMARY = 1 / 4  # of the budget, which a summary may have


class Memory:
    """A conversation that never sends more than max_tokens, and seldom much more than it needs."""

    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens = client, max_tokens
        self.system = {"role": "system", "content": system}
        self.summary, self.turns = "", []

    def ask(self, text):
        question = {"role": "user", "content": text}
        if count_tokens(self.request(question)) > FULL * self.max_tokens:
            self.fold()
        while self.turns and count_tokens(self.request(question)) > self.max_tokens:
            self.turns.pop(0)
        sent = self.request(question)
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.turns.append([question, {"role": "assistant", "content": reply}])
        return reply

    def request(self, question):
        """What is sent: the rules, the summary as the assistant's own words, the last turns, and the question."""
        asked = {"role": "user", "content": "What do you know from before?"}
        known = [asked, {"role": "assistant", "content": self.summary}] if self.summary else []
        return [self.system, *known, *(message for turn in self.turns for message in turn), question]

    def fold(self):
        """Put all turns but the last ones into the summary."""
        old = [message for turn in self.turns[:-RECENT] for message in turn]
        sizes = {"max_tokens": int(SUMMARY * self.max_tokens), "max_prompt_tokens": self.max_tokens}
        self.summary = summarize(self.client, old, self.summary, model=MODEL, **sizes)
        self.turns = self.turns[-RECENT:]
