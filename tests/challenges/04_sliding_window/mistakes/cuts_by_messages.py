"""Keeps messages where turns are meant."""
# fails: test_no_window_begins_with_an_orphan_reply
# hint: Where does a turn begin


def sliding_window(history, keep_turns):
    return [history[0], *history[1:][-keep_turns:]]
