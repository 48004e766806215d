"""Counts a list of parts as Python writes it."""
# fails: test_parts_cost_what_the_server_counts
# hint: What of a part do you count

import tiktoken

encoding = tiktoken.get_encoding("o200k_base")


def tokens_in(text):
    return len(encoding.encode_ordinary(text))


def count_tokens(messages):
    total = 3
    for message in messages:
        content = message["content"]
        total += tokens_in(str(content))
        total += 3 + tokens_in(message["role"])
        total += 1 + tokens_in(message["name"]) if "name" in message else 0
    return total
