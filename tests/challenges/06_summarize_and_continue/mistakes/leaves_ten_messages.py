"""Lets ten messages stand."""
# fails: test_more_than_eight_messages_are_summarised
# hint: What do you count

import openai

from chat_memory import summarize
from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    """Ask `text` with what is remembered, and return the history with the question and its reply."""
    system, note, turns = parts(history)
    if len(turns) > 10:
        note = summarize(client, turns[:-4], note, max_tokens=150, model=MODEL)
        turns = turns[-4:]
    turns = [*turns, {"role": "user", "content": text}]
    recap = [RECAP, {"role": "assistant", "content": note}] if note else []
    answer = client.chat.completions.create(model=MODEL, messages=[system, *recap, *turns])
    turns.append({"role": "assistant", "content": answer.choices[0].message.content})
    return [system, *([{"role": "note", "content": note}] if note else []), *turns]


def parts(history: list[dict]) -> tuple[dict, str, list[dict]]:
    """The system message, the note and the turns. What a user says, whatever it is, has another role than the note."""
    if len(history) > 1 and history[1]["role"] == "note":
        return history[0], history[1]["content"], history[2:]
    return history[0], "", history[1:]
