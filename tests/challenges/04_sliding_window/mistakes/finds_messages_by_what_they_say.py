"""Looks up where a turn begins with index, which finds the first message that says the same."""
# fails: test_equal_messages_count_each
# hint: are equal


def sliding_window(history, keep_turns):
    first = [message for i, message in enumerate(history) if i == 1 or message["role"] == "user"]
    if len(first) <= keep_turns:
        return list(history)
    return [history[0], *history[history.index(first[-keep_turns]) :]]
