"""The state is where the request begins in the history; over the budget, that place moves on by half a budget."""

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history: list[dict], note: dict, max_tokens: int, state: int | None = None) -> tuple[list[dict], int]:
    """Return the request for the newest question, which begins like the one before if it can, and the state for the next."""
    first = state or 1  # the system message stands at 0
    room = max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room:
        kept = trim_to_budget(history, room, cut_to=max(1, room // 2))
        first = len(history) - len(kept) + 1
    return [history[0], *history[first:], note], first  # the note last: what stands before it is the same next time
