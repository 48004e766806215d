"""Drops single messages until half of the budget is left: the window can begin with a reply."""
# fails: test_turns_stay_whole
# hint: Where do you cut

from chat_memory import count_tokens


def next_request(history, note, max_tokens, state=None):
    first = state or 1

    def request():
        return [history[0], *history[first:], note]

    if count_tokens(request()) > max_tokens:
        while first < len(history) - 1 and count_tokens(request()) > max_tokens // 2:
            first += 1
    if count_tokens(request()) > max_tokens:
        raise ValueError("The question does not fit.")
    return request(), first
