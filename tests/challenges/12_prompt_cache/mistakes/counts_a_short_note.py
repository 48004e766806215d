"""Keeps a fixed number of tokens free for the note, which is enough for most."""
# fails: test_a_long_note_is_counted
# hint: What is in the request that is not in your sum

from chat_memory import count_tokens, trim_to_budget

FOR_THE_NOTE = 20  # tokens


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - FOR_THE_NOTE
    if count_tokens([history[0], history[-1], note]) <= max_tokens:
        room = max(room, count_tokens([history[0], history[-1]]))
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    return [history[0], *history[first:], note], first
