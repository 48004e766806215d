"""Sends the question alone after a cut: cheap, and the model knows nothing of what was said just now."""
# fails: test_a_cut_leaves_a_third
# hint: How much of the budget is left empty

from chat_memory import count_tokens


def next_request(history, note, max_tokens, state=None):
    first = state or 1
    if count_tokens([history[0], *history[first:], note]) > max_tokens:
        first = len(history) - 1
    request = [history[0], *history[first:], note]
    if count_tokens(request) > max_tokens:
        raise ValueError("The question does not fit.")
    return request, first
