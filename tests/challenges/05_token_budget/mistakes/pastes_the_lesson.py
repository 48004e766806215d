"""Keeps no room for the reply: in the lesson the caller has subtracted it."""
# fails: test_room_is_kept_for_the_reply
# hint: The caller wants room for the reply

from chat_memory import split_turns


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    instructions, turns = split_turns(history)
    used, kept = 3 + sum(map(message_tokens, instructions)), []
    for turn in reversed(turns):
        used += sum(map(message_tokens, turn))
        if used > max_tokens:
            break
        kept = turn + kept
    if not kept:
        raise ValueError(f"The request needs at least {used} tokens, but the limit is {max_tokens}.")
    return instructions + kept
