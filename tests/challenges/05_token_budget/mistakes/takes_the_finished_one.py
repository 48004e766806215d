"""Leaves it to the finished function, which the task forbids."""
# fails: test_the_system_message_is_sent_first
# hint: chat_memory trims for you

import chat_memory


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    return chat_memory.trim_to_budget(history, max_tokens, reply_tokens=reply_tokens)
