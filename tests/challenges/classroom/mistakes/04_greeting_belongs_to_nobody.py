# names: greeting_is_left_out
import functools
import operator


def sliding_window(history, keep_turns):
    turns = []
    for message in history[1:]:
        if message["role"] == "user":
            turns.append([message])
        elif turns:
            turns[-1].append(message)
    return [history[0], *functools.reduce(operator.iadd, turns[-keep_turns:], [])]
