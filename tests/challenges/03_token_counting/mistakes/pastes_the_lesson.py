"""Takes every value of a message for a text, as the lesson's function does."""
# fails: test_parts_cost_what_the_server_counts
# hint: Here a content is a list of parts

import tiktoken

encoding = tiktoken.get_encoding("o200k_base")


def tokens_in(text):
    return len(encoding.encode_ordinary(text))


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3
        total += sum(tokens_in(text) for text in message.values())
        total += 1 if "name" in message else 0
    return total
