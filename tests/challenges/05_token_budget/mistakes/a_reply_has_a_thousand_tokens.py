"""Keeps at most 1,000 tokens free for the reply, whatever is asked for."""
# fails: test_room_is_kept_for_the_reply
# hint: says how much


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used, start = 3 + min(reply_tokens, 1_000) + message_tokens(history[0]), None
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *history[start:]]
