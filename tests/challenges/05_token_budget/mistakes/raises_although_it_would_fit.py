"""Raises an error as soon as the whole history is too large."""
# fails: test_the_system_message_is_sent_first
# hint: When exactly is it impossible


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + sum(message_tokens(message) for message in history)
    if used > max_tokens:
        raise ValueError(f"The history needs {used} tokens, but max_tokens is {max_tokens}.")
    return list(history)
