"""Begins with 3.0, so that a float comes out."""
# fails: test_texts_are_counted_in_tokens
# hint: makes a float

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3.0
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    return total
