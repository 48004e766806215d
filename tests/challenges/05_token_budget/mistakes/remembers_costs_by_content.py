"""Remembers what a message costs under its content, which another message may have, too."""
# fails: test_the_function_that_is_handed_in_counts
# hint: cost differently


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    known = {}

    def cost(message):
        if message["content"] not in known:
            known[message["content"]] = message_tokens(message)
        return known[message["content"]]

    used = 3 + reply_tokens + cost(history[0])
    start = None
    for i in range(len(history) - 1, 0, -1):
        used += cost(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
