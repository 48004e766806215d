"""All counts first, then the smallest start whose rest fits, by sums and slices."""

from itertools import accumulate


def trim_to_budget(history, max_tokens, message_tokens):
    counts = [message_tokens(message) for message in history]
    rests = list(accumulate(reversed(counts[1:])))[::-1]
    fixed = counts[0] + 3
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    fits = [i for i in starts if fixed + rests[i - 1] <= max_tokens]
    if not fits:
        raise ValueError(f"at least {fixed + counts[-1]} tokens are needed, max_tokens={max_tokens}")
    return history[:1] + history[fits[0] :]
