"""Imports the finished function, which the task forbids."""
# fails: test_the_system_message_is_sent_first
# hint: cuts the turns for you

from chat_memory import split_turns


def sliding_window(history, keep_turns):
    instructions, turns = split_turns(history)
    return [*instructions, *(message for turn in turns[-keep_turns:] for message in turn)]
