"""Makes one character of a letter and its accent before it counts."""
# fails: test_any_language_and_any_length
# hint: writes é as two characters

import unicodedata

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(unicodedata.normalize("NFC", text))) for text in message.values())
        total += 1 if "name" in message else 0
    return total
