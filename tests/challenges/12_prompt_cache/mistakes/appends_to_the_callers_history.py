"""Appends the note to the history itself."""
# fails: test_nothing_is_changed
# hint: changes a list or a message that is not yours

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    history.append(note)
    return [history[0], *history[first:]], first
