"""Sends the note right behind the system message, where it seems to belong."""
# fails: test_half_of_the_tokens_are_read
# hint: differ right behind the system message

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    return [history[0], note, *history[first:]], first
