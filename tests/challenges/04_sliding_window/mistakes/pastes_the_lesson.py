"""A message before the first question finds no turn to which it could be added, as in the lesson's code."""
# fails: test_a_greeting_is_a_turn_of_its_own
# hint: To which turn does your code add it


def split_turns(history):
    turns = []
    for message in history[1:]:
        if message["role"] == "user":
            turns.append([])
        turns[-1].append(message)
    return history[0], turns


def sliding_window(history, keep_turns):
    system, turns = split_turns(history)
    return [system, *(message for turn in turns[-keep_turns:] for message in turn)]
