"""Keeps room for a reply for each turn, where only one reply is to come."""
# fails: test_room_is_kept_for_the_reply
# hint: once for the whole request


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used, start = 3 + message_tokens(history[0]), None
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if history[i]["role"] == "user":
            used += reply_tokens
            if used > max_tokens:
                break
            start = i
    if start is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
