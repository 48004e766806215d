"""Takes a greeting for a part of the instructions, which stay for ever."""
# fails: test_a_greeting_is_a_turn_of_its_own
# hint: belongs with the system message


def sliding_window(history, keep_turns):
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    if len(starts) <= keep_turns:
        return list(history)
    return [*history[: starts[0]], *history[starts[-keep_turns] :]]
