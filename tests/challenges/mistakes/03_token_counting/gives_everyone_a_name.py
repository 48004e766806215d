"""Puts an empty name into each message, so that all have the same keys."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: A message has lost or got a key

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        message.setdefault("name", "")
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if message["name"] else 0
    return total
