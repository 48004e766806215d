"""Keeps the place of the window in a global, and begins anew where there is no state: one user moves it for another."""
# fails: test_two_talks_go_on_at_once
# hint: Would another conversation change that

from chat_memory import count_tokens, message_tokens, trim_to_budget

FIRST = 1


def next_request(history, note, max_tokens, state=None):
    global FIRST
    if state is None:
        FIRST = 1
    room = max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[FIRST:]]) > room or len(history) <= FIRST:
        FIRST = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    return [history[0], *history[FIRST:], note], "begun"
