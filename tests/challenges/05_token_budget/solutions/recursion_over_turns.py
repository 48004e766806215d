"""Turns as a list of lists, taken from the end by recursion; returns copies."""


class TooLong(ValueError):
    def __init__(self, needed, there):
        super().__init__(needed, there)


def turns_of(messages):
    turns = []
    for message in messages:
        if message["role"] == "user":
            turns.append([])
        turns[-1].append(dict(message))
    return turns


def newest(turns, room, count):
    if not turns:
        return []
    room -= sum(map(count, turns[-1]))
    return [] if room < 0 else newest(turns[:-1], room, count) + turns[-1]


def trim_to_budget(history: list[dict], max_tokens: int, message_tokens, reply_tokens=0) -> list[dict]:
    system, *rest = history
    *older, asked = turns_of(rest)
    fixed = message_tokens(system) + 3 + reply_tokens + sum(message_tokens(message) for message in asked)
    if fixed > max_tokens:
        raise TooLong(fixed, max_tokens)
    return [dict(system), *newest(older, max_tokens - fixed, message_tokens), *asked]
