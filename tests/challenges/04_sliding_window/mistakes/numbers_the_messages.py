"""Writes the number of its turn into each message, for the caller as well."""
# fails: test_the_history_is_not_changed
# hint: a key of a message


def sliding_window(history, keep_turns):
    number = 0
    for message in history[1:]:
        number += message["role"] == "user"
        message["turn"] = number
    return [m for m in history if m.get("turn", number) > number - keep_turns]
