# names: none
def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    costs = [message_tokens(message) for message in history]
    starts = [i for i, m in enumerate(history) if m["role"] == "user"]
    need = 3 + reply_tokens + costs[0] + sum(costs[starts[-1] :])
    if need > max_tokens:
        raise ValueError(f"needs {need}, has {max_tokens}")
    best = starts[-1]
    for start in reversed(starts):
        if 3 + reply_tokens + costs[0] + sum(costs[start:]) <= max_tokens // 2:
            best = start
    return [history[0], *history[best:]]
