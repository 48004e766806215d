"""Keeps the first note in each request, so that nothing changes: the model never learns what time it is."""
# fails: test_the_note_is_sent
# hint: What does the model believe now

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, kept = state or (1, note)
    room = max_tokens - message_tokens(kept)
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    return [history[0], kept, *history[first:]], (first, kept)
