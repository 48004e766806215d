"""Does not say what has to survive."""
# fails: test_what_is_summarised_is_still_known
# hint: does your prompt say what has to survive

import json

from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}
PROMPT = "Summarize the conversation briefly."


def ask(client, messages):
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    if answer.choices[0].finish_reason != "stop":
        raise RuntimeError("The reply is not whole.")
    return answer.choices[0].message.content


def next_turn(client, history, text):
    start = 3 if RECAP in history else 1
    if len(history) - start > 8:
        note = history[2]["content"] if RECAP in history else ""
        data = f"Summary so far: {json.dumps(note)}\n\nMessages:\n{json.dumps(history[start:-4])}"
        note = ask(client, [{"role": "system", "content": PROMPT}, {"role": "user", "content": data}])
        note = " ".join(note.split()[:80])
        history = [history[0], RECAP, {"role": "assistant", "content": note}, *history[-4:]]
    request = [*history, {"role": "user", "content": text}]
    return [*request, {"role": "assistant", "content": ask(client, request)}]
