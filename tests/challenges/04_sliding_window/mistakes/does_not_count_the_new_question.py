"""Keeps the new question on top of the turns asked for."""
# fails: test_exactly_the_last_turns_are_kept
# hint: How do you count turns


def sliding_window(history, keep_turns):
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    if history[-1]["role"] == "user":
        keep_turns += 1
    if len(starts) <= keep_turns:
        return list(history)
    return [history[0], *history[starts[-keep_turns] :]]
