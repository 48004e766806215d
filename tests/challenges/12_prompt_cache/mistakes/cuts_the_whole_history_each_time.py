"""Knows of the lower mark, but gives trim_to_budget the whole history again: it is over the budget in each turn."""
# fails: test_old_turns_go_only_when_they_must
# hint: all that was ever said

from chat_memory import message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    room = max_tokens - message_tokens(note)
    return [*trim_to_budget(history, room, cut_to=max(1, room * 6 // 10)), note], None
