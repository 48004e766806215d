"""Fills its budget with turns and a long summary, and pays for them again and again."""
# fails: test_the_point_is_reached
# hint: which part of it was needed

from chat_memory import ChatMemory
from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        sizes = {"keep_recent": 6, "summary_tokens": max_tokens * 28 // 100, "reply_tokens": 100}
        self.memory = ChatMemory(client, system, max_tokens, model=MODEL, **sizes)

    def ask(self, text):
        return self.memory.ask(text)
