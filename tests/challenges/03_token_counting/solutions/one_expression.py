"""All in one expression, with encode and its option."""

import tiktoken


def count_tokens(messages):
    encode = tiktoken.encoding_for_model("gpt-4o").encode
    return 3 + sum(
        3
        + ("name" in message)
        + sum(
            len(encode(text, disallowed_special=()))
            for value in message.values()
            for text in ([value] if isinstance(value, str) else (part["text"] for part in value))
        )
        for message in messages
    )
