# names: clock_behind_the_rules
from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    begin = 1 if state is None else state["begin"]
    room = max_tokens - message_tokens(note)
    if count_tokens(history[:1] + history[begin:]) > room:
        begin = len(history) + 1 - len(trim_to_budget(history, room, cut_to=max(1, room // 2)))
    return [history[0], note, *history[begin:]], {"begin": begin}
