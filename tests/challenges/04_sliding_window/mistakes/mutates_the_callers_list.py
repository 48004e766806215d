"""Cuts the history itself, not what is sent of it."""
# fails: test_the_history_is_not_changed
# hint: changes a list in place


def sliding_window(history, keep_turns):
    while sum(message["role"] == "user" for message in history) > keep_turns:
        del history[1]
        while history[1]["role"] != "user":
            del history[1]
    return history[:]
