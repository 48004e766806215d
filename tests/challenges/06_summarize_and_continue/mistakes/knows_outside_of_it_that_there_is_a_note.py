"""Keeps in a global variable how many messages the note has."""
# fails: test_all_that_is_known_is_in_the_history
# hint: goes from call to call

import openai

from chat_memory import summarize
from common import MODEL

noted = {"talks": set()}
RECAP = {"role": "user", "content": "Please recap our conversation so far."}


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    """Ask `text` with what is remembered, and return the history with the question and its reply."""
    system, note, turns = parts(history)
    if len(turns) > 8:
        note = summarize(client, turns[:-4], note, max_tokens=150, model=MODEL)
        turns = turns[-4:]
    turns = [*turns, {"role": "user", "content": text}]
    recap = [RECAP, {"role": "assistant", "content": note}] if note else []
    answer = client.chat.completions.create(model=MODEL, messages=[system, *recap, *turns])
    turns.append({"role": "assistant", "content": answer.choices[0].message.content})
    if recap:
        noted["talks"].add(note)
    return [system, *recap, *turns]


def parts(history: list[dict]) -> tuple[dict, str, list[dict]]:
    """The system message, the note and the turns."""
    if len(history) > 1 and history[2]["content"] in noted["talks"]:
        return history[0], history[2]["content"], history[3:]
    return history[0], "", history[1:]
