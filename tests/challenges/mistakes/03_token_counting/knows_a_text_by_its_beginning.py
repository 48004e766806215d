"""Remembers counts by the first 60 characters of a text."""
# fails: test_any_language_and_any_length
# hint: By what do you know a text again

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")
counts = {}


def tokens_in(text):
    if text[:60] not in counts:
        counts[text[:60]] = len(ENCODING.encode_ordinary(text))
    return counts[text[:60]]


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(tokens_in(text) for text in message.values())
        total += 1 if "name" in message else 0
    return total
