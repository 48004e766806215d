"""Keeps the oldest turn, because it is read from the cache, and drops those behind it."""
# fails: test_no_turn_is_left_out_in_the_middle
# hint: without a gap

from chat_memory import count_tokens, split_turns


def next_request(history, note, max_tokens, state=None):
    dropped = state or 0
    (system,), turns = split_turns(history)

    def request(count):
        kept = turns[:1] + turns[1 + count :] if len(turns) > 1 + count else turns[-1:]
        return [system, *(message for turn in kept for message in turn), note]

    if count_tokens(request(dropped)) > max_tokens:
        while dropped < len(turns) - 1 and count_tokens(request(dropped)) > max_tokens // 2:
            dropped += 1
    if count_tokens(request(dropped)) > max_tokens:
        raise ValueError("The question does not fit.")
    return request(dropped), dropped
