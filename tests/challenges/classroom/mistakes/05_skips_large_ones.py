# names: skips_what_is_too_large
def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    groups = []
    for message in history[1:]:
        if message["role"] == "user":
            groups.append([])
        groups[-1].append(message)
    left = max_tokens - reply_tokens - 3 - message_tokens(history[0])
    chosen = []
    for number, group in enumerate(groups[::-1]):
        size = sum(map(message_tokens, group))
        if size <= left:
            chosen = group + chosen
            left -= size
        elif number == 0:
            raise ValueError(f"{max_tokens - left + size} tokens are needed, and {max_tokens} are there")
    return [history[0], *chosen]
