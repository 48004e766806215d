"""Counts role and content, and never looks for a name."""
# fails: test_a_name_costs_what_the_server_counts
# hint: with and without a name

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def tokens_in(text):
    return len(ENCODING.encode_ordinary(text))


def count_tokens(messages):
    return 3 + sum(3 + tokens_in(message["role"]) + tokens_in(message["content"]) for message in messages)
