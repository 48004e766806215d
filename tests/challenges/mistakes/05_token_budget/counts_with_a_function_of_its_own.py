"""Imports a function that counts, and ignores the one that is handed in."""
# fails: test_the_function_that_is_handed_in_counts
# hint: Where do the numbers

import chat_memory


def trim_to_budget(history, max_tokens, message_tokens):
    used = 3 + chat_memory.message_tokens(history[0])
    start = None
    for i in range(len(history) - 1, 0, -1):
        used += chat_memory.message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
