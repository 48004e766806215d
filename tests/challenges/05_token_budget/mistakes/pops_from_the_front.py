"""V1 of the lesson: drops the oldest message until it fits, an orphan reply stays, and the question may go too."""
# fails: test_turns_stay_whole
# hint: single messages


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    messages = list(history)
    while len(messages) > 1 and 3 + reply_tokens + sum(map(message_tokens, messages)) > max_tokens:
        messages.pop(1)
    return messages
