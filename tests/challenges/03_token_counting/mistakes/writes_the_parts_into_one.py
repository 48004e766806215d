"""Puts one text where the parts were, in the caller's message."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: A text in a message is not what it was

import tiktoken

encoding = tiktoken.get_encoding("o200k_base")


def tokens_in(text):
    return len(encoding.encode_ordinary(text))


def count_tokens(messages):
    total = 3
    for message in messages:
        content = message["content"]
        if isinstance(content, list):
            total += sum(tokens_in(part["text"]) for part in content)
            message["content"] = " ".join(part["text"] for part in content)
        else:
            total += tokens_in(content)
        total += 3 + tokens_in(message["role"])
        total += 1 + tokens_in(message["name"]) if "name" in message else 0
    return total
