"""Forgets that the rules go out with every request."""
# fails: test_the_system_message_is_sent_first
# hint: very first message


def sliding_window(history, keep_turns):
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    return history[starts[-keep_turns] if len(starts) >= keep_turns else 0 :][:]
