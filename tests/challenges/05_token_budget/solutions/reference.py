"""One pass from the end, by whole turns."""

from collections.abc import Callable


def trim_to_budget(
    history: list[dict], max_tokens: int, message_tokens: Callable[[dict], int], reply_tokens: int = 0
) -> list[dict]:
    """Return the system message and as many of the newest turns as fit into `max_tokens`, with room for the reply."""
    used = 3 + reply_tokens + message_tokens(history[0])  # the 3 prime the reply
    start = len(history)  # where what is sent begins
    for i in range(len(history) - 1, 0, -1):
        used += message_tokens(history[i])
        if used > max_tokens:
            break
        if history[i]["role"] == "user":
            start = i
    if start == len(history):
        raise ValueError(f"System message, question and reply need {used} tokens, but there are {max_tokens}.")
    return [history[0], *history[start:]]
