"""The last turns, and notes that are asked for in a sentence behind the old ones: the notes so far stand at its end."""

from chat_memory import count_tokens
from common import MODEL

WAITING = 8  # turns, before notes are taken of them
PROMPT = (
    "Write down for later all that was told so far, by whomever: names, numbers, dates, places, codes, prices, what has changed, "
    "what is not so, and what you yourself proposed. Leave out the small talk. What you wrote down before: "
)


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens, self.notes, self.turns = client, max_tokens, "", []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question = {"role": "user", "content": text}
        if len(self.turns) >= WAITING:
            old = [message for turn in self.turns[:-1] for message in turn]
            self.note([*old, {"role": "user", "content": PROMPT + self.notes}])
            self.turns = self.turns[-1:]
        while self.turns and count_tokens(self.request(question)) > self.max_tokens:
            self.turns.pop(0)
        reply = self.call(self.request(question))
        self.turns.append([question, {"role": "assistant", "content": reply}])
        return reply

    def note(self, prompt):
        while count_tokens(prompt) > self.max_tokens:
            prompt = prompt[2:]
        self.notes = self.call(prompt, max_completion_tokens=self.max_tokens // 4)

    def request(self, question):
        known = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": self.notes}]
        said = [message for turn in self.turns for message in turn]
        return [self.system, *(known if self.notes else []), *said, question]

    def call(self, messages, **limit):
        answer = self.client.chat.completions.create(model=MODEL, messages=messages, **limit)
        return answer.choices[0].message.content
