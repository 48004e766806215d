"""Puts its notes behind the question, where the model takes them for what is asked."""
# fails: test_it_answers
# hint: What have you put behind the message

from chat_memory import summarize, trim_to_budget
from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens, self.notes = client, max_tokens, ""
        self.messages = [{"role": "system", "content": system}]

    def ask(self, text):
        if len(self.messages) > 14:
            self.notes = summarize(self.client, self.messages[1:-4], self.notes, model=MODEL)
            self.messages = [self.messages[0], *self.messages[-4:]]
        question = {"role": "user", "content": f"{text}\n\n(What you know: {self.notes or 'nothing yet'})"}
        sent = trim_to_budget([*self.messages, question], self.max_tokens)
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.messages += [{"role": "user", "content": text}, {"role": "assistant", "content": reply}]
        return reply
