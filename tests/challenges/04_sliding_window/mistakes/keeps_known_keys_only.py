"""Makes each message anew of the keys that it knows of: a name is lost."""
# fails: test_messages_stay_as_they_are
# hint: have a name

KEYS = ("role", "content", "tool_calls", "tool_call_id")


def sliding_window(history, keep_turns):
    starts = [i for i in range(1, len(history)) if i == 1 or history[i]["role"] == "user"]
    kept = [history[0], *history[starts[-keep_turns] :]] if len(starts) > keep_turns else history
    return [{key: message[key] for key in KEYS if key in message} for message in kept]
