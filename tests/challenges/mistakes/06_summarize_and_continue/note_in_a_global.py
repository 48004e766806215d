"""Keeps the note in a global variable, so that all talks share it."""
# fails: test_all_that_is_known_is_in_the_history
# hint: goes from call to call

import openai

from chat_memory import summarize
from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}
note = ""


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    request = [*shortened(client, history), {"role": "user", "content": text}]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [*request, {"role": "assistant", "content": answer.choices[0].message.content}]


def shortened(client: openai.OpenAI, history: list[dict]) -> list[dict]:
    global note
    start = 3 if RECAP in history else 1
    if len(history) - start <= 8:
        return history
    note = summarize(client, history[start:-4], note, max_tokens=150, model=MODEL)
    return [history[0], RECAP, {"role": "assistant", "content": note}, *history[-4:]]
