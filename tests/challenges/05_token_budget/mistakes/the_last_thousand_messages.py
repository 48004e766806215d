"""Looks at the last 1,000 messages only, where more would fit."""
# fails: test_a_long_talk_in_a_small_window
# hint: a number in your code


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used, start = 3 + reply_tokens + message_tokens(history[0]), None
    for i in range(len(history) - 1, max(0, len(history) - 1001), -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
