"""Counts the content, but not the role."""
# fails: test_a_message_adds_what_it_adds_to_the_servers_count
# hint: besides its content

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def tokens_in(text):
    return len(ENCODING.encode_ordinary(text))


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + tokens_in(message["content"])
        if "name" in message:
            total += 1 + tokens_in(message["name"])
    return total
