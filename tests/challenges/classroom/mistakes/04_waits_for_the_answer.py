# names: drops_the_newest_question
def sliding_window(history, keep_turns):
    turns, current = [], []
    for message in history[1:]:
        if message["role"] == "user" and current:
            turns.append(current)
            current = []
        current.append(message)
    if current and current[-1]["role"] != "user":
        turns.append(current)
    out = [history[0]]
    for turn in turns[-keep_turns:]:
        out.extend(turn)
    return out
