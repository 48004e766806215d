"""Begins with the first question, so that a greeting is in no turn."""
# fails: test_a_greeting_is_a_turn_of_its_own
# hint: What becomes of a message


def sliding_window(history, keep_turns):
    starts = [i for i, message in enumerate(history) if message["role"] == "user"][-keep_turns:]
    return [history[0], *history[starts[0] :]] if starts else history[:1]
