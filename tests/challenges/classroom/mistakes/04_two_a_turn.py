# names: none
def sliding_window(history, keep_turns):
    rest = history[1:]
    return [history[0], *rest[max(0, len(rest) - 2 * keep_turns) :]]
