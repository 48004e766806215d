"""Forgets the 3 tokens that prime the reply."""
# fails: test_the_reply_is_primed_once
# hint: What remains of the 8

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 0
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    return total
