"""Counts the first 8,000 characters of a text only."""
# fails: test_any_language_and_any_length
# hint: to its end

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text[:8_000])) for text in message.values())
        total += 1 if "name" in message else 0
    return total
