"""Counts English, and asks the server about everything else."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: asks the server

import tiktoken

from common import MODEL, get_client

ENCODING = tiktoken.get_encoding("o200k_base")
client = get_client()


def count_tokens(messages):
    total = 3
    if not all(message["content"].isascii() for message in messages):
        return client.chat.completions.create(model=MODEL, messages=messages).usage.prompt_tokens
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    return total
