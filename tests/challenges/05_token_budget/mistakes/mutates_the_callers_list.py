"""Drops turns from the history itself."""
# fails: test_the_history_is_not_changed
# hint: changes a list in place


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    counts = [message_tokens(message) for message in history]
    needed = 3 + reply_tokens + counts[0] + counts[-1]
    if needed > max_tokens:
        raise ValueError(f"{needed} tokens are needed, but max_tokens is {max_tokens}.")
    messages = history
    while 3 + reply_tokens + sum(counts) > max_tokens:
        messages.pop(1), counts.pop(1)
        while messages[1]["role"] != "user":
            messages.pop(1), counts.pop(1)
    return messages
