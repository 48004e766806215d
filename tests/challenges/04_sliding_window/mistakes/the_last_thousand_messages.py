"""Looks at the last 1,000 messages only, where more belong to the turns asked for."""
# fails: test_long_histories_and_wide_windows
# hint: a number in your code


def sliding_window(history, keep_turns):
    rest = history[1:][-1000:]
    starts = [i for i, message in enumerate(rest) if i == 0 or message["role"] == "user"]
    return [history[0], *(rest[starts[-keep_turns] :] if len(starts) > keep_turns else rest)]
