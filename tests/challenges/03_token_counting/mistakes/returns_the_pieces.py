"""Returns the tokens themselves, not their number."""
# fails: test_texts_are_counted_in_tokens
# hint: How many are they all together

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    tokens = []
    for message in messages:
        tokens += [0] * 3 + [token for text in message.values() for token in ENCODING.encode_ordinary(text)]
    return tokens
