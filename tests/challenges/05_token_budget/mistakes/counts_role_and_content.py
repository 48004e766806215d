"""Has messages counted without what else is in them than role, content and calls: a name costs too."""
# fails: test_messages_stay_as_they_are
# hint: have a name


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    def cost(message):
        return message_tokens({key: message[key] for key in message if key != "name"})

    used, start = 3 + reply_tokens + cost(history[0]), None
    for i in range(len(history) - 1, 0, -1):
        used += cost(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
