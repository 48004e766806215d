"""Takes the question out of the history before it is known whether there will be an error."""
# fails: test_the_history_is_not_changed
# hint: changes a list in place


def trim_to_budget(history, max_tokens, message_tokens):
    question = history.pop()
    used = 3 + message_tokens(history[0]) + message_tokens(question)
    if used > max_tokens:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    start = len(history)
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    request = [history[0], *history[start:], question]
    history.append(question)
    return request
