"""Keeps the oldest turns as long as they fit, and so drops the end, the question included."""
# fails: test_the_newest_question_is_sent_last
# hint: whole request about


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + message_tokens(history[0])
    if used + message_tokens(history[-1]) > max_tokens:
        raise ValueError(f"{used + message_tokens(history[-1])} tokens are needed, but max_tokens is {max_tokens}.")
    kept = [history[0]]
    for message in history[1:]:
        used += message_tokens(message)
        if used > max_tokens:
            break
        kept.append(message)
    return kept
