"""Takes a word for a token and a third, and returns what comes out, a float."""
# fails: test_texts_are_counted_in_tokens
# hint: cuts a text into its pieces


def count_tokens(messages):
    return 3 + sum(4 + len(message["content"].split()) * 1.33 for message in messages)
