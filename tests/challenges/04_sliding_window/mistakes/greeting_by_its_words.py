"""Takes the greeting out wherever the same words stand: in a later reply, too."""
# fails: test_a_greeting_whatever_follows
# hint: are equal


def sliding_window(history, keep_turns):
    starts = [i for i in range(1, len(history)) if i == 1 or history[i]["role"] == "user"]
    if len(starts) <= keep_turns:
        return list(history)
    greeting = [message for message in history[1:2] if message["role"] == "assistant"]
    return [history[0], *(message for message in history[starts[-keep_turns] :] if message not in greeting)]
