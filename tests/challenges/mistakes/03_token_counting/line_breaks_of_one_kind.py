"""Replaces the line breaks of Windows by those of others."""
# fails: test_any_language_and_any_length
# hint: as on Windows

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text.replace("\r\n", "\n"))) for text in message.values())
        total += 1 if "name" in message else 0
    return total
