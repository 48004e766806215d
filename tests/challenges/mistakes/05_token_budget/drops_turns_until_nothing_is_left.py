"""Drops whole turns until it fits, and where it never does, the question goes too, without a word."""
# fails: test_an_error_says_when_it_is_impossible
# hint: When nothing is left to drop


def trim_to_budget(history, max_tokens, message_tokens):
    counts = [message_tokens(message) for message in history]
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    for start in starts:
        if 3 + counts[0] + sum(counts[start:]) <= max_tokens:
            return [history[0], *history[start:]]
    return [history[0]]
