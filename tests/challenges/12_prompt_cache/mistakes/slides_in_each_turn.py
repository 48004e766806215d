"""Trims to the budget in each turn, as lesson 05 does: fewest tokens dropped, and nothing is ever read."""
# fails: test_half_of_the_tokens_are_read
# hint: How often does your window move

from chat_memory import message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    return [*trim_to_budget(history, max_tokens - message_tokens(note)), note], None
