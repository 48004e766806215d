"""Looks up a turn's beginning with index, which finds the first message that says the same."""
# fails: test_equal_messages_count_each
# hint: are equal


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used, first = 3 + reply_tokens + message_tokens(history[0]), None
    for message in reversed(history[1:]):
        used += message_tokens(message)
        if used > max_tokens:
            break
        if message["role"] == "user":
            first = message
    if first is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[history.index(first, 1) :]]
