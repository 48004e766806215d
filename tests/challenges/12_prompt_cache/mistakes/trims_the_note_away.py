"""Lets trim_to_budget see to the note as well, which it drops where the question alone is too long."""
# fails: test_an_error_says_when_it_is_impossible
# hint: without which of the three

from chat_memory import count_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first = state or 1
    asked = [history[0], *history[first:], note]
    if count_tokens(asked) <= max_tokens:
        return asked, first
    kept = trim_to_budget([*history, note], max_tokens, cut_to=max(1, max_tokens // 2))
    if note not in kept and len(kept) > 1:
        kept = trim_to_budget(history, max_tokens)
        room = max_tokens - count_tokens(kept)
        kept = [*kept, note] if count_tokens([note]) - 3 <= room else kept
    said = [message for message in kept[1:] if message != note]
    return kept, len(history) - len(said)
