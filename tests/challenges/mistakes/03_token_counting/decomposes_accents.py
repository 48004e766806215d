"""Makes a letter and its accent of one character before it counts."""
# fails: test_any_language_and_any_length
# hint: every character of it

import unicodedata

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(unicodedata.normalize("NFD", text))) for text in message.values())
        total += 1 if "name" in message else 0
    return total
