"""Keeps the notes in a global dict, one for each client."""
# fails: test_all_that_is_known_is_in_the_history
# hint: goes from call to call

import openai

from chat_memory import summarize
from common import MODEL

notes = {}


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    system, *turns = history
    first = id(client)
    if len(turns) > 8:
        notes[first] = summarize(client, turns[:-4], notes.get(first, ""), max_tokens=80, model=MODEL)
        turns = turns[-4:]
    note = notes.get(first)
    question = {"role": "user", "content": text}
    recap = [{"role": "user", "content": "What do you know so far?"}, {"role": "assistant", "content": note}]
    request = [system, *(recap if note else []), *turns, question]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [system, *turns, question, {"role": "assistant", "content": answer.choices[0].message.content}]
