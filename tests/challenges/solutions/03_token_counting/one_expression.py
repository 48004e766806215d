"""All in one expression, with encode and its option."""

import tiktoken


def count_tokens(messages):
    encode = tiktoken.encoding_for_model("gpt-4o").encode
    return 3 + sum(
        3 + ("name" in message) + sum(len(encode(value, disallowed_special=())) for value in message.values())
        for message in messages
    )
