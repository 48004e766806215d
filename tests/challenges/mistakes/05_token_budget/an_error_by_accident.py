"""Where nothing fits the loop finds no turn, and the next line fails over it."""
# fails: test_an_error_says_when_it_is_impossible
# hint: Did you raise this error


def trim_to_budget(history, max_tokens, message_tokens):
    used, starts = 3 + message_tokens(history[0]), []
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            starts.append(i)
    return [history[0], *history[starts[-1] :]]
