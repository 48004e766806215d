"""Takes a summary that was cut off for a whole one."""
# fails: test_a_failing_summary_loses_nothing
# hint: How does your code know that a summary is whole

import json

from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}
PROMPT = "Summarize the conversation. Keep names, numbers, dates, preferences and decisions."


def ask(client, messages):
    answer = client.chat.completions.create(model=MODEL, messages=messages)
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
