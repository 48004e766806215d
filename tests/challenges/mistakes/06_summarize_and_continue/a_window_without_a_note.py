"""Keeps the last turns, and forgets the rest."""
# fails: test_what_is_summarised_is_still_known
# hint: What stands in the place of the turns that are gone

from common import MODEL


def next_turn(client, history, text):
    if len(history) > 9:
        history = [history[0], *history[-4:]]
    request = [*history, {"role": "user", "content": text}]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [*request, {"role": "assistant", "content": answer.choices[0].message.content}]
