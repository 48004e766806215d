"""Keeps the newest turns, and forgets that the rules go out with every request."""
# fails: test_the_system_message_is_sent_first
# hint: very first message


def trim_to_budget(history, max_tokens, message_tokens):
    used, start = 3, None
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start is None:
        raise ValueError(f"{used + message_tokens(history[0])} tokens are needed, but max_tokens is {max_tokens}.")
    return history[start:]
