"""Writes role and content into one text, and counts that."""
# fails: test_texts_are_counted_in_tokens
# hint: counted by itself

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    transcript = "\n".join(f"{message['role']}: {message['content']}" for message in messages)
    return len(ENCODING.encode_ordinary(transcript)) + 3
