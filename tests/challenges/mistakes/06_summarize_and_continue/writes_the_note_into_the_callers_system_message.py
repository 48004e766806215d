"""Puts the note into the system message, that of its caller."""
# fails: test_the_callers_list_is_not_changed
# hint: changes a list, or a message in it

from chat_memory import summarize
from common import MODEL

SO_FAR = "\nSo far: "


def next_turn(client, history, text):
    history = list(history)
    if len(history) > 9:
        rules, _, note = history[0]["content"].partition(SO_FAR)
        note = summarize(client, history[1:-4], note, max_tokens=150, model=MODEL)
        history[0]["content"] = rules + SO_FAR + note
        history[1:-4] = []
    history.append({"role": "user", "content": text})
    answer = client.chat.completions.create(model=MODEL, messages=history)
    history.append({"role": "assistant", "content": answer.choices[0].message.content})
    return history
