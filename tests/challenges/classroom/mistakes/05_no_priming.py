# names: forgets_the_priming
def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    costs = [message_tokens(message) for message in history]
    room = max_tokens - reply_tokens - costs[0]
    starts = [i for i, m in enumerate(history) if m["role"] == "user"]
    best = None
    for start in reversed(starts):
        if sum(costs[start:]) <= room:
            best = start
        else:
            break
    if best is None:
        raise ValueError(f"needs {costs[0] + sum(costs[starts[-1] :]) + reply_tokens}, has {max_tokens}")
    return [history[0], *history[best:]]
