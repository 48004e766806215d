"""Never fills more than half of the budget, to be on the safe side."""
# fails: test_old_turns_go_only_when_they_must
# hint: What do you compare with max_tokens

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room // 2:
        lower = max(1, room * 4 // 10)
        first = len(history) - len(trim_to_budget(history, room, cut_to=lower)) + 1
        if count_tokens(history) <= room:  # trim_to_budget has nothing to do
            first = max(i for i, m in enumerate(history) if m["role"] == "user")
    return [history[0], *history[first:], note], first
