"""Skips the orphan reply, but takes every turn for two messages."""
# fails: test_calls_and_results_stay_together
# hint: Where does a turn begin


def sliding_window(history, keep_turns):
    rest = history[1:][-2 * keep_turns :]
    while rest and rest[0]["role"] == "assistant":
        rest = rest[1:]
    return [history[0], *rest]
