"""Counts the first 14 messages of a conversation only."""
# fails: test_whole_conversations
# hint: go through all of them

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def texts_in(message):
    for value in message.values():
        yield from [value] if isinstance(value, str) else [part["text"] for part in value]


def count_tokens(messages):
    total = 3
    for message in messages[:14]:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in texts_in(message))
        total += 1 if "name" in message else 0
    return total
