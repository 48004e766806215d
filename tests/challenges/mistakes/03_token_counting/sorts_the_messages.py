"""Sorts the caller's list by role before it counts."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: another order

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    messages.sort(key=lambda message: message["role"])
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    return total
