"""Leaves parts out that hold nothing but blanks: they are sent, too."""
# fails: test_parts_cost_what_the_server_counts
# hint: blanks or line breaks only

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def texts_in(value):
    return [value] if isinstance(value, str) else [part["text"] for part in value if part["text"].strip()]


def count_tokens(messages):
    total = 3
    for message in messages:
        for value in message.values():
            total += sum(len(ENCODING.encode_ordinary(text)) for text in texts_in(value))
        total += 3 + ("name" in message)
    return total
