"""Appends whole turns to the window, so that lists stand where messages should."""
# fails: test_the_system_message_is_sent_first
# hint: append and extend


def sliding_window(history, keep_turns):
    turns = []
    for message in history[1:]:
        if message["role"] == "user":
            turns.append([])
        turns[-1].append(message)
    window = [history[0]]
    for turn in turns[-keep_turns:]:
        window.append(turn)
    return window
