"""Sends the system message, but does not count it."""
# fails: test_never_over_the_budget
# hint: the system message too


def trim_to_budget(history, max_tokens, message_tokens):
    used, start = 3, None
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
