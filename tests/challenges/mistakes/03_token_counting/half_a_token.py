"""Divides by four, and returns what comes out, a float."""
# fails: test_texts_are_counted_in_tokens
# hint: a division with /


def count_tokens(messages):
    return 3 + sum(4 + len(message["content"]) / 4 for message in messages)
