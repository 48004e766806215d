# names: drops_the_system_message
def sliding_window(history, keep_turns):
    kept, count = [], 0
    for message in reversed(history):
        kept.append(message)
        if message["role"] == "user":
            count += 1
            if count == keep_turns:
                break
    return kept[::-1]
