"""Takes a request of exactly max_tokens for too large."""
# fails: test_to_the_token
# hint: exactly max_tokens


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + message_tokens(history[0]) + message_tokens(history[-1])
    if used > max_tokens:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    start = len(history) - 1
    for i in range(len(history) - 2, 0, -1):
        used += message_tokens(history[i])
        if used >= max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    return [history[0], *history[start:]]
