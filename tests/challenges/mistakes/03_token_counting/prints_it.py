"""Prints the count, and returns nothing."""
# fails: test_texts_are_counted_in_tokens
# hint: end in a return

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    print(total)
