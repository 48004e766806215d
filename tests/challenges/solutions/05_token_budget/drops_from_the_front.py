"""Drops the oldest turns of a copy, as many tutorials do, but with a running sum and by whole turns."""

from collections import deque


def trim_to_budget(history, max_tokens, message_tokens, priming=3):
    queue = deque((message, message_tokens(message)) for message in history)
    system, fixed = queue.popleft()
    total = priming + fixed + sum(tokens for _, tokens in queue)
    while total > max_tokens:
        if len(queue) == 1:
            raise ValueError(f"It takes {total:,} tokens, and max_tokens is {max_tokens:,}.")
        total -= queue.popleft()[1]
        while queue[0][0]["role"] != "user":
            total -= queue.popleft()[1]
    return [system] + [message for message, _ in queue]
