"""Counts all that is left again after each turn that it drops."""
# fails: test_each_message_is_counted_once
# hint: for the second time


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    def tokens(messages):
        return 3 + reply_tokens + sum(message_tokens(message) for message in messages)

    system, rest = history[0], history[1:]
    while tokens([system, *rest]) > max_tokens:
        if len(rest) == 1:
            raise ValueError(f"{tokens([system, *rest])} tokens are needed, but max_tokens is {max_tokens}.")
        rest = rest[1:]
        while rest[0]["role"] != "user":
            rest = rest[1:]
    return [system, *rest]
