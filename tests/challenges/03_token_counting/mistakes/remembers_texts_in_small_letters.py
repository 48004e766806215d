"""Remembers what a text costs under its small letters: capital ones cost otherwise."""
# fails: test_any_language_and_any_length
# hint: By what do you know a text again

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")
COSTS = {}


def cost(text):
    if text.lower() not in COSTS:
        COSTS[text.lower()] = len(ENCODING.encode_ordinary(text))
    return COSTS[text.lower()]


def count_tokens(messages):
    total = 3
    for message in messages:
        for value in message.values():
            total += sum(map(cost, [value] if isinstance(value, str) else [part["text"] for part in value]))
        total += 3 + ("name" in message)
    return total
