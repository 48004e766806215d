"""Counts with the encoding of gpt-4, cl100k_base."""
# fails: test_any_language_and_any_length
# hint: Which encoding

import tiktoken

ENCODING = tiktoken.encoding_for_model("gpt-4")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    return total
