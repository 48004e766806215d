"""Takes every turn for two messages, a question and its reply."""
# fails: test_no_window_begins_with_an_orphan_reply
# hint: Where does a turn begin


def sliding_window(history, keep_turns):
    return [history[0], *history[1:][-2 * keep_turns :]]
