"""Works, and then forgets to return it."""
# fails: test_the_system_message_is_sent_first
# hint: end in a return


def sliding_window(history, keep_turns):
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    [history[0], *history[starts[-keep_turns] if len(starts) > keep_turns else 1 :]]
