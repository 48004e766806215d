# names: cuts_by_messages
def sliding_window(history, keep_turns):
    system, rest = history[:1], history[1:]
    window = []
    while rest and len(window) < keep_turns:
        window.insert(0, rest[-1])
        rest = rest[:-1]
    return system + window
