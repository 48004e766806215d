"""Adds the 3 that prime the reply in each round of the loop."""
# fails: test_a_message_adds_what_it_adds_to_the_servers_count
# hint: belongs to the request

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 0
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
        total += 3
    return total
