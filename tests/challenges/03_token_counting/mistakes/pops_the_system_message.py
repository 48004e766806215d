"""Takes a leading system message out of the list to count it apart."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: The list has lost messages

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def tokens_of(message):
    texts = sum(len(ENCODING.encode_ordinary(text)) for text in texts_in(message))
    return 3 + texts + ("name" in message)


def texts_in(message):
    for value in message.values():
        yield from [value] if isinstance(value, str) else [part["text"] for part in value]


def count_tokens(messages):
    total = 3
    if messages and messages[0]["role"] == "system":
        total += tokens_of(messages.pop(0))
    return total + sum(tokens_of(message) for message in messages)
