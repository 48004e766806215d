"""Says that it is too long, and not by how much."""
# fails: test_an_error_says_when_it_is_impossible
# hint: Which two numbers


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + message_tokens(history[0]) + message_tokens(history[-1])
    if used > max_tokens:
        raise ValueError("The question is too long.")
    start = len(history) - 1
    for i in range(len(history) - 2, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    return [history[0], *history[start:]]
