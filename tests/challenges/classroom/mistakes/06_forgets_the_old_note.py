# names: forgets_the_previous_note
from chat_memory import summarize
from common import MODEL


def next_turn(client, history, text):
    system, rest = history[0], list(history[1:])
    note = rest.pop(0)["note"] if rest and "note" in rest[0] else None
    if len(rest) > 8:
        note = summarize(client, rest[:-4], max_tokens=150, model=MODEL)
        del rest[:-4]
    question = {"role": "user", "content": text}
    before = []
    if note:
        before = [{"role": "user", "content": "Recap."}, {"role": "assistant", "content": note}]
    answer = client.chat.completions.create(model=MODEL, messages=[system, *before, *rest, question])
    rest += [question, {"role": "assistant", "content": answer.choices[0].message.content}]
    return [system] + ([{"note": note, "role": "memo"}] if note else []) + rest
