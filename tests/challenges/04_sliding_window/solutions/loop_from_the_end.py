"""Go backwards until enough user messages have been seen."""


def sliding_window(history, keep_turns):
    window = []
    for message in reversed(history[1:]):
        window.insert(0, message)
        if message["role"] == "user":
            keep_turns -= 1
            if keep_turns == 0:
                break
    return history[:1] + window
