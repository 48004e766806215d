"""Notes of all that was said, brought up to date now and then, and the last turns beside them."""

from chat_memory import count_tokens
from common import MODEL

NOTES = (
    "Bring the notes up to date with the messages. Keep every fact, name, number, date, place and decision, also those that "
    "the assistant or a tool has said, and what is not so; of what has changed, only what holds now. One short sentence each, "
    "one a line. Leave out small talk. Write the notes and nothing else."
)
RECENT = 1  # turns that stay word for word
FULL = 2 / 3  # of the budget: more would be allowed, but all that is sent is paid for, in each turn


class Memory:
    """A conversation that never sends more than max_tokens, and seldom much more than it needs."""

    def __init__(self, client, system, max_tokens=1200):
        self.client, self.max_tokens = client, max_tokens
        self.system = {"role": "system", "content": system}
        self.notes, self.turns = "", []

    def ask(self, text):
        question = {"role": "user", "content": text}
        if count_tokens(self.request(question)) > FULL * self.max_tokens:
            self.fold()
        while self.turns and count_tokens(self.request(question)) > self.max_tokens:
            self.turns.pop(0)
        reply = self.call(self.request(question))
        self.turns.append([question, {"role": "assistant", "content": reply}])
        return reply

    def request(self, question):
        """What is sent: the rules, the notes as the assistant's own words, the last turns, and the question."""
        asked = {"role": "user", "content": "What do you know from before?"}
        notes = [asked, {"role": "assistant", "content": self.notes}] if self.notes else []
        return [self.system, *notes, *(message for turn in self.turns for message in turn), question]

    def fold(self):
        """Put all turns but the last ones into the notes, in portions that fit."""
        old, self.turns = self.turns[:-RECENT], self.turns[-RECENT:]
        while old:
            some = [old.pop(0)]
            while old and count_tokens(self.for_notes([*some, old[0]])) <= self.max_tokens:
                some.append(old.pop(0))
            self.notes = self.call(self.for_notes(some))

    def for_notes(self, turns):
        said = "\n".join(f"{message['role']}: {message['content']}" for turn in turns for message in turn)
        return [
            {"role": "system", "content": NOTES},
            {"role": "user", "content": f"Notes so far:\n{self.notes or 'none'}\n\nMessages:\n{said}"},
        ]

    def call(self, messages):
        return self.client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
