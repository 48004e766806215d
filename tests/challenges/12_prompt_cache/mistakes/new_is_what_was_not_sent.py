"""Takes for new what is not among the messages that were sent: what is said for a second time is lost."""
# fails: test_no_turn_is_left_out_in_the_middle
# hint: without a gap

from chat_memory import message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    sent, gone = state or ([], [])
    room = max_tokens - message_tokens(note)
    said = [*sent, *(message for message in history[:-1] if message not in sent and message not in gone), history[-1]]
    kept = trim_to_budget(said, room, cut_to=max(1, room // 2))
    return [*kept, note], (kept, [*gone, *(message for message in said if message not in kept)])
