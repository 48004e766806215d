"""Recursion over all messages: right, until a conversation has a thousand of them."""
# fails: test_long_histories_and_wide_windows
# hint: about 1,000 calls inside one another


def turns_of(messages, turns=()):
    if not messages:
        return turns
    first, *rest = messages
    if first["role"] == "user" or not turns:
        return turns_of(rest, (*turns, [first]))
    return turns_of(rest, (*turns[:-1], [*turns[-1], first]))


def sliding_window(history, keep_turns):
    return [history[0], *(message for turn in turns_of(history[1:])[-keep_turns:] for message in turn)]
