"""Keeps the model's message object, with all that is in it."""
# fails: test_a_short_history_is_sent_as_it_is
# hint: what else is in the message object

import openai

from chat_memory import summarize
from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    request = [*shortened(client, history), {"role": "user", "content": text}]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [*request, answer.choices[0].message]


def shortened(client: openai.OpenAI, history: list[dict]) -> list[dict]:
    start = 3 if RECAP in history else 1
    if len(history) - start <= 8:
        return history
    note = history[2]["content"] if RECAP in history else ""
    note = summarize(client, history[start:-4], note, max_tokens=150, model=MODEL)
    return [history[0], RECAP, {"role": "assistant", "content": note}, *history[-4:]]
