"""Writes the time into the system message."""
# fails: test_the_system_message_is_sent_first
# hint: What did you put into the system message

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    system = {"role": "system", "content": f"{history[0]['content']} {note['content']}"}
    return [system, *history[first:]], first
