"""Counts what is said, and nothing else."""
# fails: test_a_message_adds_what_it_adds_to_the_servers_count
# hint: the contents only

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    return sum(len(ENCODING.encode_ordinary(message["content"])) for message in messages)
