"""Asks whether there is still room before the turn is added to the sum, so that one turn too many gets in."""
# fails: test_never_over_the_budget
# hint: before you decide


def trim_to_budget(history, max_tokens, message_tokens):
    used = 3 + message_tokens(history[0]) + message_tokens(history[-1])
    if used > max_tokens:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    start = len(history) - 1
    for i in range(len(history) - 2, 0, -1):
        if used < max_tokens and history[i]["role"] == "user":
            start = i
        used += message_tokens(history[i])
    return [history[0], *history[start:]]
