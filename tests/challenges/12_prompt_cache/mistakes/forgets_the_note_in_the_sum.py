"""Trims to max_tokens, and adds the note afterwards."""
# fails: test_never_over_the_budget
# hint: What is in the request that is not in your sum

from chat_memory import count_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first = state or 1
    if count_tokens([history[0], *history[first:]]) > max_tokens:
        first = len(history) - len(trim_to_budget(history, max_tokens, cut_to=max(1, max_tokens // 2))) + 1
    return [history[0], *history[first:], note], first
