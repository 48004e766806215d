"""Counts 3 for each turn, as if each turn primed a reply."""
# fails: test_to_the_token
# hint: count something more than once


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + message_tokens(history[0]) + message_tokens(history[-1])
    if used > max_tokens:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    start = len(history) - 1
    for i in range(len(history) - 2, 0, -1):
        used += message_tokens(history[i])
        if history[i]["role"] == "user":
            used += 3
            if used > max_tokens:
                break
            start = i
    return [history[0], *history[start:]]
