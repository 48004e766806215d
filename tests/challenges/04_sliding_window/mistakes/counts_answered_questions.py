"""Takes two questions one behind the other for one turn: it looks for what follows a reply."""
# fails: test_messages_stay_as_they_are
# hint: one behind the other


def sliding_window(history, keep_turns):
    roles = [message["role"] for message in history]
    starts = [i for i in range(1, len(history)) if i == 1 or (roles[i] == "user" and roles[i - 1] != "user")]
    return list(history) if len(starts) <= keep_turns else [history[0], *history[starts[-keep_turns] :]]
