"""The state is one object for the whole talk, to which each call adds: a question that is asked again is there twice."""
# fails: test_nothing_is_changed
# hint: What have you changed in the state that was handed in

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    state = state if state is not None else {"sent": history[:1], "seen": 1}
    state["sent"] += history[state["seen"] :] or history[-1:]
    state["seen"] = len(history)
    room = max_tokens - message_tokens(note)
    if count_tokens(state["sent"]) > room:
        state["sent"] = trim_to_budget(state["sent"], room, cut_to=max(1, room // 2))
    return [*state["sent"], note], state
