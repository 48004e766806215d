"""Puts the system message in front of a short history that still begins with it."""
# fails: test_the_system_message_is_sent_first
# hint: among the last messages


def sliding_window(history, keep_turns):
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    start = starts[-keep_turns] if len(starts) > keep_turns else 0
    return [history[0], *history[start:]]
