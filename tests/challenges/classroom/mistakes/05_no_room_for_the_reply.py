# names: pastes_the_lesson


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    system, *rest = history
    turns = []
    for message in rest:
        if message["role"] == "user":
            turns.append([])
        turns[-1].append(message)
    cost = [sum(message_tokens(m) for m in turn) for turn in turns]
    used = 3 + message_tokens(system) + cost[-1]
    if used > max_tokens:
        raise ValueError(f"{used} tokens are needed, {max_tokens} are allowed")
    first = len(turns) - 1
    while first > 0 and used + cost[first - 1] <= max_tokens:
        first -= 1
        used += cost[first]
    return [system] + [m for turn in turns[first:] for m in turn]
