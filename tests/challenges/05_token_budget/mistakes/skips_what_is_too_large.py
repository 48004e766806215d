"""Skips a turn that does not fit, and goes on with older ones."""
# fails: test_no_turn_is_left_out_in_the_middle
# hint: May an older, shorter one


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + message_tokens(history[0]) + message_tokens(history[-1])
    if used > max_tokens:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    turns = []
    for message in history[1:-1]:
        if message["role"] == "user":
            turns.append([])
        turns[-1].append(message)
    kept = []
    for turn in reversed(turns):
        tokens = sum(map(message_tokens, turn))
        if used + tokens <= max_tokens:
            used += tokens
            kept = turn + kept
    return [history[0], *kept, history[-1]]
