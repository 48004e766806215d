"""Takes a call without a state for the first of a talk, in which nothing can be too long yet."""
# fails: test_without_a_state_it_goes_on_too
# hint: Is state None only at the first question

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if state is None:
        if count_tokens([history[0], history[-1]]) > room:
            raise ValueError("The question does not fit.")
        return [*history, note], first
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    return [history[0], *history[first:], note], first
