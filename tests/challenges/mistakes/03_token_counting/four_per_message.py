"""Adds 4 for each message, and its role on top."""
# fails: test_a_message_adds_what_it_adds_to_the_servers_count
# hint: the 4 of many tutorials

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 4 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    return total
