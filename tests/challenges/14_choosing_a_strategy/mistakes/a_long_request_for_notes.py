"""Waits for twenty turns before it takes notes, and reads them all at once: a request of its own is over the budget."""
# fails: test_no_request_is_over_the_budget
# hint: How long can your own request get

from chat_memory import sliding_window
from common import MODEL

PROMPT = "Update the notes. Keep every fact, name, number, date, decision and what is not so, whoever said it."


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.notes, self.waiting = client, "", []
        self.history = [{"role": "system", "content": system}]

    def ask(self, text):
        if len(self.waiting) >= 40:
            said = "\n".join(f"{message['role']}: {message['content']}" for message in self.waiting)
            self.notes = self.call([{"role": "user", "content": f"{PROMPT}\n\n{self.notes}\n\n{said}"}])
            self.waiting = []
        question = {"role": "user", "content": text}
        notes = [{"role": "user", "content": "Notes?"}, {"role": "assistant", "content": self.notes or "None yet."}]
        system, *rest = sliding_window([*self.history, question], 5)
        reply = self.call([system, *notes, *rest])
        turn = [question, {"role": "assistant", "content": reply}]
        self.history += turn
        self.waiting += turn
        return reply

    def call(self, messages):
        return self.client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
