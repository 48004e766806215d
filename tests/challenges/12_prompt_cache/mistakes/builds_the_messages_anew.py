"""Builds each message from its role and its text: a name, a call or reasoning that stands beside them is lost."""
# fails: test_every_message_is_sent_as_it_is
# hint: without a change

from chat_memory import count_tokens, message_tokens, trim_to_budget

KEYS = ("role", "content", "tool_calls", "tool_call_id")


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    said = [{key: message[key] for key in KEYS if key in message} for message in history[first:]]
    return [history[0], *said, note], first
