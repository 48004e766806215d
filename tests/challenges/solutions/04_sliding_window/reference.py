"""Find where the turns begin, and cut there."""


def sliding_window(history: list[dict], keep_turns: int) -> list[dict]:
    """Return the system message and the last `keep_turns` turns of a history."""
    starts = [i for i, message in enumerate(history) if message["role"] == "user"]
    if len(starts) <= keep_turns:
        return list(history)
    return [history[0], *history[starts[-keep_turns] :]]
