"""Sends the request to learn what it would have cost."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: asks the server

from common import MODEL, get_client

client = get_client()


def count_tokens(messages):
    return client.chat.completions.create(model=MODEL, messages=messages).usage.prompt_tokens
