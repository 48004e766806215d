"""Takes 1 off for a name, as the first chat model did."""
# fails: test_a_name_costs_what_the_server_counts
# hint: take 1 off

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total -= 1 if "name" in message else 0
    return total
