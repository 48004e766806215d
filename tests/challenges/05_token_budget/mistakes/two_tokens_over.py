"""Lets in a turn that is a few tokens too large: its messages fit, but not with all of the 3 tokens that prime the reply."""
# fails: test_the_priming_of_the_reply_is_counted
# hint: beside its messages


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used, start = 1 + reply_tokens + message_tokens(history[0]), None
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used + 2} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
