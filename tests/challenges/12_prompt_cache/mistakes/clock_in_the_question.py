"""Writes the time into the question: then it is another message than the one that the user wrote."""
# fails: test_the_newest_question_is_sent
# hint: into its text

from chat_memory import count_tokens, message_tokens, trim_to_budget


def next_request(history, note, max_tokens, state=None):
    first, room = state or 1, max_tokens - message_tokens(note)
    if count_tokens([history[0], *history[first:]]) > room:
        first = len(history) - len(trim_to_budget(history, room, cut_to=max(1, room // 2))) + 1
    question = {"role": "user", "content": f"{note['content']} {history[-1]['content']}"}
    return [history[0], *history[first:-1], question], first
