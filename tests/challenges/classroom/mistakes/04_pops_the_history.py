# names: mutates_the_callers_list
def sliding_window(history, keep_turns):
    def turns():
        return len([m for m in history if m["role"] == "user"])

    while turns() > keep_turns:
        history.pop(1)
        while history[1]["role"] != "user":
            history.pop(1)
    return [*history]
