"""Counts both values of a part, its type too."""
# fails: test_parts_cost_what_the_server_counts
# hint: one too many for each part

import tiktoken

encoding = tiktoken.get_encoding("o200k_base")


def tokens_in(text):
    return len(encoding.encode_ordinary(text))


def count_tokens(messages):
    total = 3
    for message in messages:
        content = message["content"]
        for part in content if isinstance(content, list) else [{"text": content}]:
            total += sum(tokens_in(text) for text in part.values())
        total += 3 + tokens_in(message["role"])
        total += 1 + tokens_in(message["name"]) if "name" in message else 0
    return total
