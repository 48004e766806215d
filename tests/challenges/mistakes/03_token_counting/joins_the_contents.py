"""Joins all contents and counts them once."""
# fails: test_each_text_is_counted_by_itself
# hint: join texts

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def tokens_in(text):
    return len(ENCODING.encode_ordinary(text))


def count_tokens(messages):
    total = 3 + 4 * len(messages)
    total += tokens_in("".join(message["content"] for message in messages))
    return total + sum(1 + tokens_in(message["name"]) for message in messages if "name" in message)
