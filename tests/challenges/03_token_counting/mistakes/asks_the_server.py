"""Asks the server wherever a message has a name, which costs a request."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: you need not ask

import tiktoken

from common import MODEL, get_client

ENCODING = tiktoken.get_encoding("o200k_base")


def texts_in(value):
    return [value] if isinstance(value, str) else [part["text"] for part in value]


def count_tokens(messages):
    if any("name" in message for message in messages):
        return get_client().chat.completions.create(model=MODEL, messages=messages).usage.prompt_tokens
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for value in message.values() for text in texts_in(value))
    return total
