"""The state is the last request, notes and all, and how much of the history has been in it. What comes is appended."""

from itertools import accumulate, pairwise

from chat_memory import count_tokens


def next_request(history, note, max_tokens, state=None):
    sent, seen = state or (history[:1], 1)
    request = [*sent, *history[seen:-1], note, history[-1]]
    if count_tokens(request) > max_tokens:
        request = anew(history, note, max_tokens)
    return request, (request, len(history))


def anew(history, note, max_tokens):
    """As many of the newest turns as half of the budget holds, and the question in any case."""
    frame = count_tokens([history[0], note, history[-1]])
    if frame > max_tokens:
        raise ValueError(f"{frame} tokens are needed, but max_tokens is {max_tokens}.")
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    turns = [history[a:b] for a, b in pairwise(starts)]
    sizes = accumulate((count_tokens(turn) - 3 for turn in reversed(turns)), initial=frame)
    count = max(i for i, size in enumerate(sizes) if i == 0 or size <= max_tokens // 2)
    kept = turns[len(turns) - count :]
    return [history[0], *(message for turn in kept for message in turn), note, history[-1]]
