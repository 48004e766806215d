"""Takes a cost of 0 for none that is known yet, and 4 in its place."""
# fails: test_messages_stay_as_they_are
# hint: cost of 0


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used, start = 3 + reply_tokens + (message_tokens(history[0]) or 4), None
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i]) or 4
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
