"""Checks system message and question first, and counts them again in the pass from the end."""
# fails: test_each_message_is_counted_once
# hint: for the second time


def trim_to_budget(history, max_tokens, message_tokens):
    needed = 3 + message_tokens(history[0]) + message_tokens(history[-1])
    if needed > max_tokens:
        raise ValueError(f"{needed} tokens are needed, but max_tokens is {max_tokens}.")
    used, start = 3 + message_tokens(history[0]), None
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    return [history[0], *history[start:]]
