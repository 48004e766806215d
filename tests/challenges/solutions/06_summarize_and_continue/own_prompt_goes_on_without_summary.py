"""A prompt of its own, a note that the user gives; where the summary fails, the talk goes on with all turns."""

import json

from common import MODEL

MARK = "So far: "
PROMPT = (
    "Write the notes of this conversation, so that it can go on from them alone. Keep all names, numbers, places, wishes "
    "and decisions, and everything that the earlier notes say. At most 80 words."
)


class Cut(Exception):
    pass


def complete(client, messages):
    choice = client.chat.completions.create(model=MODEL, messages=messages).choices[0]
    if choice.finish_reason != "stop" or not choice.message.content:
        raise Cut()
    return choice.message.content


def next_turn(client, history, text):
    messages = list(history)
    notes = messages[1:3] if messages[1:] and messages[1]["content"].startswith(MARK) else []
    turns = messages[1 + len(notes) :]
    if len(turns) > 8:
        so_far = notes[0]["content"] if notes else "none"
        try:
            summary = complete(
                client,
                [
                    {"role": "system", "content": PROMPT},
                    {"role": "user", "content": f"Earlier notes: {so_far}\n\nMessages: {json.dumps(turns[:-4])}"},
                ],
            )
        except Exception:
            pass
        else:
            notes = [
                {"role": "user", "content": MARK + " ".join(summary.split()[:80])},
                {"role": "assistant", "content": "Thank you, I have read it."},
            ]
            turns = turns[-4:]
    turns.append({"role": "user", "content": text})
    reply = complete(client, messages[:1] + notes + turns)
    turns.append({"role": "assistant", "content": reply})
    return messages[:1] + notes + turns
