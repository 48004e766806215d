"""Takes a turn for a question and its answer, so that the question without an answer is left out."""
# fails: test_the_newest_question_is_sent_last
# hint: whole request about


def trim_to_budget(history, max_tokens, message_tokens, reply_tokens=0):
    used = 3 + reply_tokens + message_tokens(history[0])
    needed = used + message_tokens(history[-1])
    if needed > max_tokens:
        raise ValueError(f"{needed} tokens are needed, but max_tokens is {max_tokens}.")
    turns, turn = [], []
    for message in history[1:]:
        turn.append(message)
        if message["role"] == "assistant" and not message.get("tool_calls"):
            turns.append(turn)
            turn = []
    kept = []
    for turn in reversed(turns):
        used += sum(message_tokens(message) for message in turn)
        if used > max_tokens:
            break
        kept = turn + kept
    return [history[0], *kept]
