# names: begins_with_eight_messages
from chat_memory import summarize
from common import MODEL


def next_turn(client, history, text):
    notes = [m for m in history[1:2] if m["role"] == "note"]
    note = notes[0]["content"] if notes else ""
    talk = history[1 + len(notes) :]
    if len(talk) >= 8:
        note = summarize(client, talk[:-4], note, max_tokens=150, model=MODEL)
        talk = talk[-4:]
    sent = [history[0]]
    if note:
        sent += [{"role": "user", "content": "What do you remember?"}, {"role": "assistant", "content": note}]
    sent += [*talk, {"role": "user", "content": text}]
    reply = client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
    kept = [{"role": "note", "content": note}] if note else []
    new = [{"role": "user", "content": text}, {"role": "assistant", "content": reply}]
    return [history[0], *kept, *talk, *new]
