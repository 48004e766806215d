"""A class that remembers what each message costs, and tries one turn more until it is too much."""

import json


class Budget:
    def __init__(self, history, count, reserve):
        self.history, self.count, self.reserve = history, count, reserve
        self.known = {}

    def tokens(self, i):
        if i not in self.known:
            self.known[i] = self.count(self.history[i])
        return self.known[i]

    def request(self, start):
        return [0, *range(start, len(self.history))]

    def cost(self, start):
        return 3 + self.reserve + sum(self.tokens(i) for i in self.request(start))

    def best(self, limit):
        start = len(self.history) - 1
        if self.cost(start) > limit:
            raise ValueError(json.dumps({"needed": self.cost(start), "max_tokens": limit}))
        for older in range(start - 1, 0, -1):
            if self.history[older]["role"] == "user":
                if self.cost(older) > limit:
                    break
                start = older
        return [self.history[i].copy() for i in self.request(start)]


def trim_to_budget(history, max_tokens, message_tokens, *, reply_tokens=0):
    return Budget(history, message_tokens, reply_tokens).best(max_tokens)
