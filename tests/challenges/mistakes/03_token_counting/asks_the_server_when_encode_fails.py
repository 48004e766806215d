"""Asks the server about texts that encode refuses."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: asks the server

import tiktoken

from common import MODEL, get_client

ENCODING = tiktoken.get_encoding("o200k_base")
client = get_client()


def count_tokens(messages):
    total = 3
    try:
        for message in messages:
            total += 3 + sum(len(ENCODING.encode(text)) for text in message.values())
            total += 1 if "name" in message else 0
    except ValueError:
        return client.chat.completions.create(model=MODEL, messages=messages).usage.prompt_tokens
    return total
