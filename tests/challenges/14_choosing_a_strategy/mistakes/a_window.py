"""Sends the last turns that fit, and lets all others go."""
# fails: test_what_was_said_early_is_known
# hint: What stands for it

from chat_memory import trim_to_budget
from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens = client, max_tokens
        self.messages = [{"role": "system", "content": system}]

    def ask(self, text):
        sent = trim_to_budget([*self.messages, {"role": "user", "content": text}], self.max_tokens)
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.messages = [*sent, {"role": "assistant", "content": reply}]
        return reply
