"""Looks for sentences that it has seen in another talk: in this one the same is said in other words."""
# fails: test_what_was_said_early_is_known
# hint: What stands for it

import re

from chat_memory import count_tokens
from common import MODEL

KNOWN = re.compile(
    r"[^.?!\n]*\b(?:my (?:dog|cat|sister|brother|budget|locker|project)|lives in|works? as|favourite|allergic|deadline|"
    r"birthday|flight|wifi|password)\b[^.?!\n]*[.?!]",
    re.I,
)


class Memory:
    def __init__(self, client, system, max_tokens=1200):
        self.client, self.max_tokens, self.facts = client, max_tokens, []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question = {"role": "user", "content": text}
        known = {"role": "assistant", "content": "\n".join(self.facts)}
        sent = [
            self.system,
            *([{"role": "user", "content": "What do you know?"}, known] if self.facts else []),
            question,
        ]
        while count_tokens(sent) > self.max_tokens:
            sent.pop(1)
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.facts += KNOWN.findall(f"{text} {reply}")
        return reply
