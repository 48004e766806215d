"""Counts messages beside tokens: in a long talk with short turns it drops what would fit."""
# fails: test_many_messages_are_no_reason
# hint: before you drop something

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    elif len(history) - first > 30:
        first = max(i for i, m in enumerate(history) if m["role"] == "user" and i <= len(history) - 20)
    return [history[0], *history[first:], note], first
