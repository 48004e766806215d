"""Takes empty messages out of the list, after it has counted them."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: The list has lost messages

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    messages[:] = [message for message in messages if message["content"]]
    return total
