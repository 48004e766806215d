"""Gets rid of the error by allowing special tokens, so that <|endoftext|> becomes one token."""
# fails: test_special_tokens_are_text
# hint: Somebody types

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(ENCODING.encode(text, allowed_special="all")) for text in message.values())
        total += 1 if "name" in message else 0
    return total
