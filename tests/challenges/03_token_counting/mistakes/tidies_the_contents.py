"""Strips the content of each message once it has counted it."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: A text in a message is not what it was

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def texts_in(message):
    for value in message.values():
        yield from [value] if isinstance(value, str) else [part["text"] for part in value]


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in texts_in(message))
        total += 1 if "name" in message else 0
        if isinstance(message["content"], str):
            message["content"] = message["content"].strip()
    return total
