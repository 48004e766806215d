"""Counts the text of a name, but not the 1 that comes with it."""
# fails: test_a_name_costs_what_the_server_counts
# hint: cost more than one

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
    return total
