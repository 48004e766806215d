"""Keeps the history itself in the state, to see what has come since: it grows with that of the caller, so nothing has."""
# fails: test_the_history_grows
# hint: Is the history itself in your state

from chat_memory import message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    room = max_tokens - message_tokens(note)
    kept, before = state or (history[:1], history[:1])
    kept = trim_to_budget([*kept, *history[len(before) :]], room, cut_to=max(1, room // 2))
    return [*kept, note], (kept, history)
