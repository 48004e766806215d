"""Keeps the note in a global variable, and sends it from there."""
# fails: test_all_that_is_known_is_in_the_history
# hint: goes from call to call

import openai

from chat_memory import summarize
from common import MODEL

memory = {"note": ""}


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    system, *turns = history
    if len(turns) > 8:
        memory["note"] = summarize(client, turns[:-4], memory["note"], max_tokens=80, model=MODEL)
        turns = turns[-4:]
    question = {"role": "user", "content": text}
    recap = [{"role": "user", "content": "What do you know so far?"}, {"role": "assistant", "content": memory["note"]}]
    request = [system, *(recap if memory["note"] else []), *turns, question]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [system, *turns, question, {"role": "assistant", "content": answer.choices[0].message.content}]
