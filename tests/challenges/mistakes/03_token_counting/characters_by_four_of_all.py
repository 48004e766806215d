"""Divides the characters of the whole request by four, as a rule of thumb."""
# fails: test_texts_are_counted_in_tokens
# hint: You count characters

import math


def count_tokens(messages: list[dict]) -> int:
    characters = sum(len(message["content"]) for message in messages)
    return math.ceil(characters / 4)
