"""Takes the line breaks off the end of each text."""
# fails: test_any_language_and_any_length
# hint: ends in two line breaks

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode_ordinary(text.rstrip("\n"))) for text in message.values())
        total += 1 if "name" in message else 0
    return total
