"""Collects the turns from the end and forgets to turn them round."""
# fails: test_exactly_the_last_turns_are_kept
# hint: Where does the order change


def sliding_window(history, keep_turns):
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    turns = [history[a:b] for a, b in zip(starts, [*starts[1:], None], strict=False)]
    return [history[0], *(message for turn in turns[::-1][:keep_turns] for message in turn)]
