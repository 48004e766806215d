"""A counter that tokenises each text once in its life, and knows what each part costs."""

from functools import lru_cache

import tiktoken


class Counter:
    def __init__(self, encoding="o200k_base", priming=3, per_message=3, per_name=1):
        self.encoding = tiktoken.get_encoding(encoding)
        self.priming, self.per_message, self.per_name = priming, per_message, per_name
        self.text = lru_cache(maxsize=None)(lambda text: len(self.encoding.encode_ordinary(text)))

    def content(self, content):
        return self.text(content) if isinstance(content, str) else sum(self.text(part["text"]) for part in content)

    def message(self, message):
        cost = self.per_message + self.text(message["role"]) + self.content(message["content"])
        if name := message.get("name"):
            cost += self.per_name + self.text(name)
        return cost

    def __call__(self, messages):
        return self.priming + sum(map(self.message, messages))


count_tokens = Counter()
