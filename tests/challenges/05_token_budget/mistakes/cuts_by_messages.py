"""Goes from the end, but lets in single messages."""
# fails: test_turns_stay_whole
# hint: single messages


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + message_tokens(history[0])
    kept = []
    for message in reversed(history[1:]):
        used += message_tokens(message)
        if used > max_tokens:
            break
        kept.insert(0, message)
    if not kept:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], *kept]
