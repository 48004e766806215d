"""Find where the turns begin, and cut there."""


def sliding_window(history: list[dict], keep_turns: int) -> list[dict]:
    """Return the system message and the last `keep_turns` turns of a history."""
    starts = [i for i in range(1, len(history)) if i == 1 or history[i]["role"] == "user"]  # at 1, a greeting too
    if len(starts) <= keep_turns:
        return list(history)
    return [history[0], *history[starts[-keep_turns] :]]
