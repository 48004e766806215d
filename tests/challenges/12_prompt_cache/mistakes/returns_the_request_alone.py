"""Returns the request, and no state with it."""
# fails: test_the_system_message_is_sent_first
# hint: Two things with a comma between

from chat_memory import message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    return [*trim_to_budget(history, max_tokens - message_tokens(note)), note]
