"""Takes an empty message for free."""
# fails: test_a_message_adds_what_it_adds_to_the_servers_count
# hint: for an empty message too

import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        if not message["content"]:
            continue
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in message.values())
        total += 1 if "name" in message else 0
    return total
