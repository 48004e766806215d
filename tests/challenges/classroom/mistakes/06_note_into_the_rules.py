# names: note_in_the_system_message
from chat_memory import summarize
from common import MODEL


def next_turn(client, history, text):
    system = dict(history[0])
    note, turns = system.pop("note", ""), history[1:]
    if len(turns) > 8:
        note = summarize(client, turns[:-4], note, max_tokens=150, model=MODEL)
        turns = turns[-4:]
    rules = system["content"] + (f"\n\nSo far: {note}" if note else "")
    messages = [{"role": "system", "content": rules}, *turns, {"role": "user", "content": text}]
    reply = client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
    kept = system | ({"note": note} if note else {})
    return [kept, *messages[1:], {"role": "assistant", "content": reply}]
