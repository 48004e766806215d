# names: slides_in_each_turn
from chat_memory import message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    available = max_tokens - message_tokens(note)
    window = trim_to_budget(list(history), available)
    window.append(note)
    return window, {"length": len(window)}
