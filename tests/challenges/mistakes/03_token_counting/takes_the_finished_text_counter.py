"""Takes the inner function of chat_memory that counts one text."""
# fails: test_texts_are_counted_in_tokens
# hint: chat_memory counts for you

from chat_memory.tokens import _count_text as tokens_in


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + sum(tokens_in(text, "o200k_base") for text in message.values())
        total += 1 if "name" in message else 0
    return total
