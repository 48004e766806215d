"""Cuts to nine tenths of the budget: every second turn or so it is full again."""
# fails: test_the_bill_is_lower
# hint: how many turns is it until the next

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room * 88 // 100))) + 1
    return [history[0], *history[first:], note], first
