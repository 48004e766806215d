"""Takes the room for the reply off at the beginning, and then says in the error what nobody has set."""
# fails: test_the_error_counts_the_room_for_the_reply
# hint: has set max_tokens and reply_tokens

from chat_memory import split_turns


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    limit = max_tokens - reply_tokens
    instructions, turns = split_turns(history)
    used, kept = 3 + sum(map(message_tokens, instructions)), []
    for turn in reversed(turns):
        used += sum(map(message_tokens, turn))
        if used > limit:
            break
        kept = turn + kept
    if not kept:
        raise ValueError(f"The request needs at least {used} tokens, but the limit is {limit}.")
    return instructions + kept
