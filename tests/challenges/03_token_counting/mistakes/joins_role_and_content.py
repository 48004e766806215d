"""Puts the role in front of the content and counts both as one text."""
# fails: test_each_text_is_counted_by_itself
# hint: join texts

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages: list[dict]) -> int:
    total = 3
    for message in messages:
        total += 3 + len(ENCODING.encode_ordinary(message["role"] + message["content"]))
        if "name" in message:
            total += 1 + len(ENCODING.encode_ordinary(message["name"]))
    return total
