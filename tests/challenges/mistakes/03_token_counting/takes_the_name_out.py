"""Pops the name out of the message in order to count it."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: takes something out

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        name = message.pop("name", None)
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        if name:
            total += 1 + len(ENCODING.encode_ordinary(name))
    return total
