"""Sends the system message and the question, and nothing between: never over, but no memory."""
# fails: test_as_many_of_the_newest_turns_as_fit
# hint: When do you stop


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + message_tokens(history[0]) + message_tokens(history[-1])
    if used > max_tokens:
        raise ValueError(f"{used} tokens are needed, but max_tokens is {max_tokens}.")
    return [history[0], history[-1]]
