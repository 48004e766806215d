"""A prompt of its own; the note has a key of its own, and the user gives it; where the summary fails, all turns stay."""

import json

from common import MODEL

MARK = "So far: "  # only for the model: what is the note is known by its key
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
    notes = [message for message in messages if "note" in message]
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
                {"role": "user", "content": MARK + " ".join(summary.split()[:80]), "note": 1},
                {"role": "assistant", "content": "Thank you, I have read it.", "note": 2},
            ]
            turns = turns[-4:]
    turns.append({"role": "user", "content": text})
    request = messages[:1] + notes + turns
    reply = complete(client, [{"role": one["role"], "content": one["content"]} for one in request])
    turns.append({"role": "assistant", "content": reply})
    return messages[:1] + notes + turns
