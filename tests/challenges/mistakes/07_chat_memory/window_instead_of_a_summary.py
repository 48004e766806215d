"""Drops what does not fit."""
# fails: test_an_early_fact_is_known_long_after
# hint: are the old turns dropped, or summarised

from chat_memory import IncompleteReply, trim_to_budget
from common import MODEL


class ChatMemory:
    def __init__(self, client, system, max_tokens=3000, keep_recent=6):
        self.client, self.max_tokens = client, max_tokens
        self.messages = [{"role": "system", "content": system}]

    def ask(self, text):
        request = trim_to_budget([*self.messages, {"role": "user", "content": text}], self.max_tokens)
        choice = self.client.chat.completions.create(model=MODEL, messages=request).choices[0]
        if choice.finish_reason != "stop":
            raise IncompleteReply("not whole")
        self.messages = [*request, {"role": "assistant", "content": choice.message.content}]
        return choice.message.content
