# names: none
def sliding_window(history, keep_turns):
    turns = []
    for message in history[1:]:
        if message["role"] == "user" or not turns:
            turns.append([])
        turns[-1].append(message)
    return [history[0], *(message for turn in turns[::-2][:keep_turns][::-1] for message in turn)]
