"""Takes a token for four characters."""
# fails: test_texts_are_counted_in_tokens
# hint: You count characters


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(len(text) // 4 for text in message.values())
        total += 1 if "name" in message else 0
    return total
