"""The finished ChatMemory, with less than it may have: no turn that has to stay, and a short summary."""

from chat_memory import ChatMemory
from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        sizes = {"max_tokens": max_tokens * 3 // 4, "keep_recent": 0, "summary_tokens": max_tokens // 8}
        self._memory = ChatMemory(client, system, model=MODEL, reply_tokens=100, **sizes)

    def ask(self, text):
        return self._memory.ask(text)
