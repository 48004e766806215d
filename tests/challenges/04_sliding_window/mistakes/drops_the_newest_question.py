"""Keeps only turns that are complete, so the new question is not sent."""
# fails: test_exactly_the_last_turns_are_kept
# hint: At which end of the history


def sliding_window(history, keep_turns):
    rest = history[1:]
    if rest and rest[-1]["role"] == "user":
        rest = rest[:-1]
    starts = [i for i, message in enumerate(rest) if message["role"] == "user"]
    return [history[0], *rest[starts[-keep_turns] if len(starts) > keep_turns else 0 :]]
